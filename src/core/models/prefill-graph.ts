import type { Value } from '../graph/graph';
import type { Target } from '../ops/program';
import { cachedHeadSize, ForwardParts, pastName, presentName, type ForwardGraph, type KvPart } from './forward-parts';
import { MICROSOFT, type ForwardWeights } from './forward-weights';
import { windowOf, type ModelConfig } from './model-config';

/** Inputs of a prefill graph besides those of every forward graph. */
export const PREFILL_INPUTS = {
  /** [1] int64: C, the cached tokens that any row has. */
  cached: 'cached',
  /** [B, 1, G·S, C + S] float32: 0 where a query sees a key, very negative elsewhere; G queries share a key. */
  mask: 'mask',
  /** The same for the layers of a sliding window; only where the model has some. */
  windowMask: 'window_mask',
  /** [2] int64 each, on a device only instead of `cached`: first row and 0; row after the last and C. */
  from: 'from',
  until: 'until',
} as const;

/**
 * Keys and values of S more tokens for each of B rows that hold any number of tokens already, rows padded on the right. No logits: the last
 * token of a prefix goes with a decoding step. Attention is made of plain nodes because onnxruntime's GroupQueryAttention takes S > 1 upon
 * a cache for one row only.
 *
 * Outputs for each layer the new keys and values, [B, kvHeads, S, cachedHeadSize]; the caller puts them into the cache.
 */
export function buildPrefillGraph(config: ModelConfig, weights: ForwardWeights, target: Target = 'cpu'): ForwardGraph {
  const parts = new ForwardParts(config, 'prefill', weights);
  const { headDim, numHeads, numKvHeads, numLayers } = config;
  const size = cachedHeadSize(config);
  const group = numHeads / numKvHeads;
  const range = usedRange(parts, target);
  const maskDims = ['B', 1, `${group}*S`, 'T'] as const;
  const mask = parts.graph.input(PREFILL_INPUTS.mask, 'float32', maskDims);
  const windowMask = parts.graph.input(PREFILL_INPUTS.windowMask, 'float32', maskDims);

  /** New keys or values, given out, and all of them: [B, kvHeads, C + S, cachedHeadSize]. */
  const extend = (projected: Value, layer: number, part: KvPart): Value => {
    const byHead = reshape(parts.padHeads(projected), [0, 0, numKvHeads, size], ['B', 'S', numKvHeads, size]);
    const fresh = transpose(byHead, [0, 2, 1, 3]);
    parts.graph.output(presentName(layer, part), fresh);
    const past = parts.graph.input(pastName(layer, part), 'float32', ['B', numKvHeads, 'M', size]);
    const used = parts.graph.single('Slice', [past, ...range], ['B', numKvHeads, 'C', size]);
    return parts.graph.single('Concat', [used, fresh], ['B', numKvHeads, 'T', size], { attributes: { axis: 2 } });
  };
  const reshape = (x: Value, shape: readonly number[], dims: Value['dims']): Value =>
    parts.graph.single('Reshape', [x, parts.graph.int64(shape)], dims);
  const transpose = (x: Value, perm: readonly number[]): Value => {
    const dims = perm.map((axis) => x.dims[axis] ?? 1);
    return parts.graph.single('Transpose', [x], dims, { attributes: { perm } });
  };
  /** Queries of one kv head lie together, so that keys need not be repeated: [B, kvHeads, G·S, cachedHeadSize]. */
  const queries = (projected: Value): Value => {
    const byHead = reshape(
      parts.padHeads(parts.rotate(projected)),
      [0, 0, numKvHeads, group, size],
      ['B', 'S', numKvHeads, group, size],
    );
    return reshape(transpose(byHead, [0, 2, 3, 1, 4]), [0, 0, -1, size], ['B', numKvHeads, `${group}*S`, size]);
  };
  /** Queries times keys, over the root of the head size. */
  const scoresOf = (query: Value, keys: Value, dims: Value['dims']): Value => {
    const alpha = 1 / Math.sqrt(headDim);
    if (target === 'cpu')
      return parts.graph.single('FusedMatMul', [query, keys], dims, {
        domain: MICROSOFT,
        attributes: { transB: 1, alpha: { float: alpha } },
      });
    // WebGPU has no FusedMatMul; the queries are fewer than the scores.
    const scaled = parts.graph.single('Mul', [query, parts.graph.float(alpha)], query.dims);
    return parts.graph.single('MatMul', [scaled, transpose(keys, [0, 1, 3, 2])], dims);
  };
  const attend = (query: Value, keys: Value, values: Value, layer: number): Value => {
    const dims = ['B', numKvHeads, `${group}*S`, 'T'] as const;
    const scores = scoresOf(query, keys, dims);
    const masked = parts.graph.single('Add', [scores, windowOf(config, layer) === null ? mask : windowMask], dims);
    const shares = parts.graph.single('Softmax', [masked], dims, { attributes: { axis: -1 } });
    const mixed = parts.graph.single('MatMul', [shares, values], query.dims);
    const byHead = reshape(mixed, [0, 0, group, -1, size], ['B', numKvHeads, group, 'S', size]);
    return parts.attentionOutput(parts.flattenHeads(transpose(byHead, [0, 3, 1, 2, 4])), layer);
  };

  let hidden = parts.embed();
  let normed = parts.inputNorm(hidden);
  for (let layer = 0; layer < numLayers; layer++) {
    const { q, k, v } = parts.attentionInputs(normed, layer);
    const keys = extend(parts.rotate(k), layer, 'key');
    const values = extend(v, layer, 'value');
    if (layer === numLayers - 1) break;
    [normed, hidden] = parts.attentionNorm(attend(queries(q), keys, values, layer), hidden, layer);
    [normed, hidden] = parts.mlpNorm(parts.mlp(normed, layer), hidden, layer);
  }
  return parts.finish();
}

/** Starts, ends and axes of what a prefill reads of a cache: the first C tokens; on a device also only the rows it is for. */
function usedRange({ graph }: ForwardParts, target: Target): readonly Value[] {
  if (target === 'cpu') return [graph.int64([0]), graph.input(PREFILL_INPUTS.cached, 'int64', [1]), graph.int64([2])];
  const ends = (['from', 'until'] as const).map((name) => graph.input(PREFILL_INPUTS[name], 'int64', [2]));
  return [...ends, graph.int64([0, 2])];
}
