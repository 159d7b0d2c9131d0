import type { Graph, Value } from '../graph/graph';
import { joinedName, viewOf } from './adjoining';
import type { ForwardWeights, LinearSpec, TensorOf } from './forward-weights';
import type { ParameterStore } from './model-config';

/** Columns of one product. */
export const STREAM_COLUMNS = 16;

/** Inputs of a graph with streamed weights, besides the weights; see `streamFeeds`. */
export const STREAM_INPUTS = {
  /** [4] int64: 0, 0, rows that the last group lacks, 0. */
  padding: 'stream.padding',
  /** [1] int64: the rows. */
  rows: 'stream.rows',
} as const;

/**
 * Products with the weight as the left factor, W·xᵀ instead of x·Wᵀ. onnxruntime rearranges the right factor of every product, which is what
 * costs most when it is a large matrix that only a few rows meet; the left one it reads as it lies, once. So rows become columns, in groups
 * of `STREAM_COLUMNS`: [G, in, 16]. The groups are of one size because the kernel cuts its sums by it; a row then has the same bits in any
 * company.
 */
export function streamedWeights(tensor: TensorOf, parameters: ParameterStore): ForwardWeights {
  return {
    isSnapshot: false,
    tensor,
    enter(graph, rows) {
      const size = Number(rows.dims[1]);
      const padded = graph.single('Pad', [rows, int64Input(graph, 'padding', 4)], ['P', size]);
      const grouped = graph.single(
        'Reshape',
        [padded, graph.int64([-1, STREAM_COLUMNS, size])],
        ['G', STREAM_COLUMNS, size],
      );
      return turn(graph, grouped);
    },
    leave(graph, entered) {
      const size = Number(entered.dims[1]);
      const flat = graph.single('Reshape', [turn(graph, entered), graph.int64([-1, size])], ['P', size]);
      return graph.single(
        'Slice',
        [flat, graph.int64([0]), int64Input(graph, 'rows', 1), graph.int64([0])],
        ['N', size],
      );
    },
    linears: (graph, x, specs) => specs.map((spec) => product(graph, tensor, x, spec)),
    joined(graph, x, specs) {
      const name = joinedName(specs.map(({ module }) => `${module}.weight`));
      const weight = specs.some(({ hasBias }) => hasBias) ? null : viewOf(parameters, name);
      if (!weight) return null;
      const dims = ['G', weight.dims[0] ?? 1, STREAM_COLUMNS];
      return graph.single('MatMul', [tensor(graph, name, weight.dims), x], dims);
    },
  };
}

/** What a graph with streamed weights is fed for so many rows. */
export function streamFeeds(rows: number): Readonly<Record<keyof typeof STREAM_INPUTS, BigInt64Array>> {
  const lacking = (STREAM_COLUMNS - (rows % STREAM_COLUMNS)) % STREAM_COLUMNS;
  return { padding: BigInt64Array.of(0n, 0n, BigInt(lacking), 0n), rows: BigInt64Array.of(BigInt(rows)) };
}

function product(graph: Graph, tensor: TensorOf, x: Value, { module, outSize, hasBias }: LinearSpec): Value {
  const dims = ['G', outSize, STREAM_COLUMNS];
  const weight = tensor(graph, `${module}.weight`, [outSize, Number(x.dims[1])]);
  const columns = graph.single('MatMul', [weight, x], dims);
  if (!hasBias) return columns;
  const bias = tensor(graph, `${module}.bias`, [outSize]);
  return graph.single('Add', [columns, graph.single('Reshape', [bias, graph.int64([outSize, 1])], [outSize, 1])], dims);
}

function turn(graph: Graph, x: Value): Value {
  const [groups = 1, rows = 1, columns = 1] = x.dims;
  return graph.single('Transpose', [x], [groups, columns, rows], { attributes: { perm: [0, 2, 1] } });
}

function int64Input(graph: Graph, name: keyof typeof STREAM_INPUTS, length: number): Value {
  const known = graph.inputs.find((input) => input.name === STREAM_INPUTS[name]);
  return known ?? graph.input(STREAM_INPUTS[name], 'int64', [length]);
}
