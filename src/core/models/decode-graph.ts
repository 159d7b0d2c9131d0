import type { Value } from '../graph/graph';
import type { Target } from '../ops/program';
import {
  cachedHeadSize,
  ForwardParts,
  KV_PARTS,
  pastName,
  presentName,
  taken,
  type ForwardGraph,
} from './forward-parts';
import { MICROSOFT, type ForwardWeights } from './forward-weights';
import { windowOf, type ModelConfig } from './model-config';

/** Inputs of a decode graph besides those of every forward graph. */
export const DECODE_INPUTS = {
  /** [B] int32: keys of each row after this run, minus one. */
  lastKeys: 'last_keys',
  /** [1] int32: the most keys of any row after this run. */
  totalKeys: 'total_keys',
  /** [1] int64, on a device only: so many of the first rows give logits; the others are places that nobody uses now. */
  activeRows: 'active_rows',
} as const;

/** Output of a decode graph: [B, V]. */
export const LOGITS_OUTPUT = 'logits';

/** GroupQueryAttention rotates only heads of a multiple of this size; others are rotated before it. */
const ROTATED_HEAD_MULTIPLE = 16;

/**
 * One more token for each row of a key-value cache, for every family that `ModelConfig` describes: pre-norm blocks of grouped-query attention
 * with rotary positions and a gated MLP. Inputs: ids [B, 1], the caches [B, kvHeads, M, cachedHeadSize], and what the parts need. Outputs: the
 * logits, and the caches again: the same memory, to which the run adds one position a row.
 *
 * @param target on a device only some rows give logits
 */
export function buildDecodeGraph(config: ModelConfig, weights: ForwardWeights, target: Target = 'cpu'): ForwardGraph {
  const parts = new ForwardParts(config, 'decode', weights);
  const lastKeys = parts.graph.input(DECODE_INPUTS.lastKeys, 'int32', ['B']);
  const totalKeys = parts.graph.input(DECODE_INPUTS.totalKeys, 'int32', [1]);
  let hidden = parts.embed();
  let normed = parts.inputNorm(hidden);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const attention = buildCachedAttention(parts, normed, layer, [lastKeys, totalKeys]);
    [normed, hidden] = parts.attentionNorm(attention, hidden, layer);
    [normed, hidden] = parts.mlpNorm(parts.mlp(normed, layer), hidden, layer);
  }
  parts.graph.output(LOGITS_OUTPUT, parts.head(target === 'cpu' ? normed : keepActive(parts, normed)));
  return parts.finish();
}

/** A cache on a device is of one piece, so every row of it takes part; those in use go on to the head. */
function keepActive({ graph, config }: ForwardParts, normed: Value): Value {
  const active = graph.input(DECODE_INPUTS.activeRows, 'int64', [1]);
  return graph.single('Slice', [normed, graph.int64([0]), active, graph.int64([0])], ['N', config.hiddenSize]);
}

/** Attention of one layer over its cache, output projection included: [B, D]. */
function buildCachedAttention(parts: ForwardParts, normed: Value, layer: number, lengths: readonly Value[]): Value {
  const { graph, config, inputs } = parts;
  const { numHeads, numKvHeads, headDim } = config;
  const window = windowOf(config, layer);
  const rotatesInside = headDim % ROTATED_HEAD_MULTIPLE === 0;
  const size = cachedHeadSize(config);
  // One behind the other, as the product gives them, where nothing is done to them before.
  const packed = rotatesInside && size === headDim ? parts.packedAttentionInputs(normed, layer) : null;
  const heads = packed ? [packed, null, null] : attentionHeads(parts, normed, layer, rotatesInside);
  const cacheDims = ['B', numKvHeads, 'M', size] as const;
  const past = KV_PARTS.map((part) => graph.input(pastName(layer, part), 'float32', cacheDims));
  const [mixed, ...present] = graph.node(
    'GroupQueryAttention',
    [...heads, ...past, ...lengths, ...(rotatesInside ? [inputs.cos, inputs.sin] : [])],
    {
      domain: MICROSOFT,
      attributes: {
        num_heads: numHeads,
        kv_num_heads: numKvHeads,
        do_rotary: rotatesInside ? 1 : 0,
        rotary_interleaved: 0,
        ...(window !== null && { local_window_size: window }),
        // By itself the operator takes the root of the size that it sees.
        ...(size !== headDim && { scale: { float: 1 / Math.sqrt(headDim) } }),
      },
      outputs: [{ dims: ['B', 'S', numHeads * size] }, { dims: cacheDims }, { dims: cacheDims }],
    },
  );
  KV_PARTS.forEach((part, i) => graph.output(presentName(layer, part), taken(present[i])));
  return parts.attentionOutput(parts.flattenHeads(taken(mixed)), layer);
}

/** Queries, keys and values, rotated where the operator does not, with heads of the cache's size. */
function attentionHeads(
  parts: ForwardParts,
  normed: Value,
  layer: number,
  rotatesInside: boolean,
): readonly (Value | null)[] {
  const { q, k, v } = parts.attentionInputs(normed, layer);
  const rotated = [q, k].map((heads) => (rotatesInside ? heads : parts.rotate(heads)));
  return [...rotated, v].map((heads) => parts.padHeads(heads));
}
