import type { Value } from '../graph/graph';
import { LOGITS_OUTPUT } from './decode-graph';
import {
  cachedHeadSize,
  ForwardParts,
  KV_PARTS,
  pastName,
  presentName,
  taken,
  type ForwardGraph,
  type KvPart,
} from './forward-parts';
import { MICROSOFT, type ForwardWeights } from './forward-weights';
import type { ModelConfig } from './model-config';

/** Inputs of a decode graph for rows that begin alike, besides those of every forward graph. P tokens are shared; O keys are a row's own at most. */
export const SHARED_DECODE_INPUTS = {
  /** [1] int64 each: P, and P + O − 1, the most tokens that any row has in the cache. */
  from: 'own_from',
  until: 'own_until',
  /** [2] int64: P and O. */
  sizes: 'key_counts',
  /** [4] int64 each: scores of a row's own keys, queries of all rows together (1, kvHeads, −1, O) and apart (kvHeads, −1, G, O). */
  together: 'own_together',
  apart: 'own_apart',
  /** [B, 1, 1, O] float32: 0 where a row has a key of its own, the new one last, and very negative elsewhere. */
  mask: 'own_mask',
} as const;

/** Name of the keys or values that all rows share, [1, kvHeads, P, cachedHeadSize]. */
export const sharedName = (layer: number, part: KvPart): string => `shared.${layer}.${part}`;

/**
 * One more token for each of B rows whose first P tokens are the same: keys and values of these are read once for all rows instead of once for
 * each, in one product whose rows are the queries of all (after Hydragen, arXiv 2402.05099, with one softmax over both parts instead of two that are
 * merged). What a row has of its own is read from the cache as in prefilling. Layers of a sliding window are not served.
 *
 * G queries share a key. Outputs the logits, [B, V], and for each layer the new keys and values, [B, kvHeads, 1, cachedHeadSize]; the caller puts
 * them into the cache.
 */
export function buildSharedDecodeGraph(config: ModelConfig, weights: ForwardWeights): ForwardGraph {
  const parts = new ForwardParts(config, 'shared decode', weights);
  const { graph } = parts;
  const { headDim, numHeads, numKvHeads, numLayers } = config;
  const size = cachedHeadSize(config);
  const group = numHeads / numKvHeads;
  const whole = (name: keyof typeof SHARED_DECODE_INPUTS, count: number): Value =>
    graph.input(SHARED_DECODE_INPUTS[name], 'int64', [count]);
  const [from, until, sizes, together, apart] = [
    whole('from', 1),
    whole('until', 1),
    whole('sizes', 2),
    whole('together', 4),
    whole('apart', 4),
  ];
  const mask = graph.input(SHARED_DECODE_INPUTS.mask, 'float32', ['B', 1, 1, 'O']);

  const reshape = (x: Value, shape: readonly number[] | Value, dims: Value['dims']): Value =>
    graph.single('Reshape', [x, 'name' in shape ? shape : graph.int64(shape)], dims);
  /** Rows and heads changed. */
  const swap = (x: Value): Value => {
    const [rows = 1, heads = 1, ...rest] = x.dims;
    return graph.single('Transpose', [x], [heads, rows, ...rest], { attributes: { perm: [1, 0, 2, 3] } });
  };
  const scoresOf = (query: Value, keys: Value, dims: Value['dims']): Value =>
    graph.single('FusedMatMul', [query, keys], dims, {
      domain: MICROSOFT,
      attributes: { transB: 1, alpha: { float: 1 / Math.sqrt(headDim) } },
    });
  /** Own keys or values of each row, the new ones last, which are also given out: [B, kvHeads, O, cachedHeadSize]. */
  const ownOf = (projected: Value, layer: number, part: KvPart): Value => {
    const fresh = reshape(parts.padHeads(projected), [-1, numKvHeads, 1, size], ['B', numKvHeads, 1, size]);
    graph.output(presentName(layer, part), fresh);
    const past = graph.input(pastName(layer, part), 'float32', ['B', numKvHeads, 'M', size]);
    const used = graph.single('Slice', [past, from, until, graph.int64([2])], ['B', numKvHeads, 'O-1', size]);
    return graph.single('Concat', [used, fresh], ['B', numKvHeads, 'O', size], { attributes: { axis: 2 } });
  };
  /** Attention of one layer, output projection included: [B, D]. */
  const attend = (projected: Value, keys: Value, values: Value, layer: number): Value => {
    const [sharedKeys, sharedValues] = KV_PARTS.map((part) =>
      graph.input(sharedName(layer, part), 'float32', [1, numKvHeads, 'P', size]),
    );
    const rowDims = ['B', numKvHeads, group, size] as const;
    const query = reshape(parts.padHeads(parts.rotate(projected)), [-1, numKvHeads, group, size], rowDims);
    const queries = reshape(swap(query), [1, numKvHeads, -1, size], [1, numKvHeads, 'B*G', size]);
    const onShared = scoresOf(queries, taken(sharedKeys), [1, numKvHeads, 'B*G', 'P']);
    const ownDims = ['B', numKvHeads, group, 'O'] as const;
    const onOwn = swap(graph.single('Add', [scoresOf(query, keys, ownDims), mask], ownDims));
    const all = graph.single(
      'Concat',
      [onShared, reshape(onOwn, together, [1, numKvHeads, 'B*G', 'O'])],
      [1, numKvHeads, 'B*G', 'P+O'],
      { attributes: { axis: 3 } },
    );
    const shares = graph.single('Softmax', [all], all.dims, { attributes: { axis: -1 } });
    const [ofShared, ofOwn] = graph.node('Split', [shares, sizes], {
      attributes: { axis: 3 },
      outputs: [{ dims: [1, numKvHeads, 'B*G', 'P'] }, { dims: [1, numKvHeads, 'B*G', 'O'] }],
    });
    const mixedShared = graph.single('MatMul', [taken(ofShared), taken(sharedValues)], queries.dims);
    const sharedByRow = swap(reshape(mixedShared, [numKvHeads, -1, group, size], [numKvHeads, 'B', group, size]));
    const ownByRow = swap(reshape(taken(ofOwn), apart, [numKvHeads, 'B', group, 'O']));
    const mixedOwn = graph.single('MatMul', [ownByRow, values], rowDims);
    const mixed = graph.single('Add', [sharedByRow, mixedOwn], rowDims);
    const byToken = reshape(mixed, [-1, 1, numHeads * size], ['B', 1, numHeads * size]);
    return parts.attentionOutput(parts.flattenHeads(byToken), layer);
  };

  let hidden = parts.embed();
  let normed = parts.inputNorm(hidden);
  for (let layer = 0; layer < numLayers; layer++) {
    const { q, k, v } = parts.attentionInputs(normed, layer);
    const [keys, values] = [ownOf(parts.rotate(k), layer, 'key'), ownOf(v, layer, 'value')];
    [normed, hidden] = parts.attentionNorm(attend(q, keys, values, layer), hidden, layer);
    [normed, hidden] = parts.mlpNorm(parts.mlp(normed, layer), hidden, layer);
  }
  graph.output(LOGITS_OUTPUT, parts.head(normed));
  return parts.finish();
}
