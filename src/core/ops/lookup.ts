import { ShapeError } from '../errors';
import type { Value } from '../graph/graph';
import { bindDim, showDims, type Dim, type Dims } from '../tensor/dims';
import { tensor64 } from '../tensor/tensor64';
import { operand } from './operand';
import type { EmitContext, Op } from './program';

/** Rows of `table` [V, D] by `ids` [N] (int64): [N, D]. */
export const gatherRows: Op = {
  name: 'gatherRows',
  infer: (inputs) => [
    { dims: [operand(inputs, 1).dims[0] ?? 1, operand(inputs, 0).dims[1] ?? 1], dtype: operand(inputs, 0).dtype },
  ],
  emit: ({ graph }, inputs, outputs) => [
    graph.single('Gather', inputs, operand(outputs, 0).dims, { attributes: { axis: 0 } }),
  ],
  evaluate: (inputs) => {
    const [table, ids] = [operand(inputs, 0), operand(inputs, 1)];
    const width = table.dims[1] ?? 1;
    return [
      tensor64(
        [ids.data.length, width],
        (index) => table.data[ids.data[Math.floor(index / width)]! * width + (index % width)]!,
      ),
    ];
  },
  vjp: (context) => {
    const { program, inputs, gradients } = context;
    const [table, ids, g] = [operand(inputs, 0), operand(inputs, 1), operand(gradients, 0)];
    // Tied embeddings: scatter straight onto the gradient of the output head instead of onto zeros.
    const base = context.takePartial(0) ?? program.apply(zeros(table.dims));
    return [program.apply(scatterRows, base, ids, g), null];
  },
};

/**
 * As `gatherRows`, where only a few rows of the table learn: the gradient goes to a separate tensor of those rows.
 * Operands: table [V, D], ids [N], the learning rows [K + 1, D] (not read: the table holds their values), and for each id its place among
 * them [N], K when it does not learn. Row K of the gradient is waste.
 */
export const gatherRowsPartly: Op = {
  ...gatherRows,
  name: 'gatherRowsPartly',
  emit: (context, inputs, outputs) => gatherRows.emit(context, inputs.slice(0, 2), outputs),
  evaluate: (inputs, bindings) => gatherRows.evaluate(inputs.slice(0, 2), bindings),
  vjp: (context) => {
    const { program, inputs, gradients } = context;
    const rows = operand(inputs, 2);
    const base = context.takePartial(2) ?? program.apply(zeros(rows.dims));
    return [null, null, program.apply(scatterRows, base, operand(inputs, 3), operand(gradients, 0)), null];
  },
};

/** Up to this many rows a product with one-hot rows is cheaper than scattering. */
const ONE_HOT_ROWS = 1024;

/**
 * `base` [V, D] with the rows of `updates` [N, D] added at `ids` [N]; an id may come more than once. No gradient.
 * Never as ScatterND: onnxruntime 1.30 adds its slices from several threads without a lock, so that sums of repeated ids lose summands
 * (3 of 200 runs, 4096 updates on 144 rows, 2 threads) and two runs never agree to the last bit. ScatterElements runs in one thread.
 */
export const scatterRows: Op = {
  name: 'scatterRows',
  infer: (inputs) => {
    const [base, ids, updates] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    if (updates.dims[0] !== ids.dims[0] || updates.dims[1] !== base.dims[1])
      throw new ShapeError(`scatterRows: ${showDims(updates.dims)} does not fit ${showDims(base.dims)}.`);
    return [{ dims: base.dims, dtype: base.dtype }];
  },
  emit: (context, inputs, outputs) => {
    const [base, ids, updates] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const { dims } = operand(outputs, 0);
    const emit = typeof dims[0] === 'number' && dims[0] <= ONE_HOT_ROWS ? emitOneHotProduct : emitScatter;
    return [emit(context, base, ids, updates, dims)];
  },
  evaluate: (inputs) => {
    const [base, ids, updates] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const width = base.dims[1] ?? 1;
    const out = tensor64(base.dims, base.data);
    updates.data.forEach(
      (value, index) => (out.data[ids.data[Math.floor(index / width)]! * width + (index % width)]! += value),
    );
    return [out];
  },
};

/** One entry of each row: `x` [N, V] at `ids` [N] (int64): [N]. */
export const pickColumn: Op = {
  name: 'pickColumn',
  infer: (inputs) => [{ dims: [operand(inputs, 1).dims[0] ?? 1], dtype: 'float32' }],
  emit: (context, inputs, outputs) => {
    const [x, ids] = [operand(inputs, 0), operand(inputs, 1)];
    const rows = ids.dims[0] ?? 1;
    const picked = context.graph.single('GatherElements', [x, context.reshape(ids, [rows, 1])], [rows, 1], {
      attributes: { axis: 1 },
    });
    return [context.reshape(picked, operand(outputs, 0).dims)];
  },
  evaluate: (inputs) => {
    const [x, ids] = [operand(inputs, 0), operand(inputs, 1)];
    const width = x.dims[1] ?? 1;
    return [tensor64([ids.data.length], (row) => x.data[row * width + ids.data[row]!]!)];
  },
  vjp: ({ program, inputs, gradients }) => [
    program.apply(placeColumn(operand(inputs, 0).dims[1] ?? 1), operand(gradients, 0), operand(inputs, 1)),
    null,
  ],
};

/** The reverse of `pickColumn`: rows of `width` zeros with values [N] at ids [N]. No gradient. */
export function placeColumn(width: Dim): Op {
  return {
    name: 'placeColumn',
    infer: (inputs) => [{ dims: [operand(inputs, 0).dims[0] ?? 1, width], dtype: 'float32' }],
    emit: (context, inputs, outputs) => {
      const [values, ids] = [operand(inputs, 0), operand(inputs, 1)];
      const { dims } = operand(outputs, 0);
      const column = [dims[0] ?? 1, 1];
      const [base] = zeros(dims).emit(context, [], outputs);
      const operands = [operand([base ?? null], 0), context.reshape(ids, column), context.reshape(values, column)];
      return [context.graph.single('ScatterElements', operands, dims, { attributes: { axis: 1 } })];
    },
    evaluate: (inputs, bindings) => {
      const [values, ids] = [operand(inputs, 0), operand(inputs, 1)];
      const columns = bindDim(width, bindings);
      return [
        tensor64([values.data.length, columns], (index) =>
          index % columns === ids.data[Math.floor(index / columns)] ? values.data[Math.floor(index / columns)]! : 0,
        ),
      ];
    },
  };
}

/** `x` [N, V] with one entry of each row, at `ids` [N], replaced by one of `values` [N]. No gradient. */
export const replaceColumn: Op = {
  name: 'replaceColumn',
  infer: (inputs) => [{ dims: operand(inputs, 0).dims, dtype: 'float32' }],
  emit: ({ graph, reshape }, inputs, outputs) => {
    const [x, ids, values] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const column = [ids.dims[0] ?? 1, 1];
    const operands = [x, reshape(ids, column), reshape(values, column)];
    return [graph.single('ScatterElements', operands, operand(outputs, 0).dims, { attributes: { axis: 1 } })];
  },
  evaluate: (inputs) => {
    const [x, ids, values] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const width = x.dims[1] ?? 1;
    const isReplaced = (index: number) => index % width === ids.data[Math.floor(index / width)];
    return [
      tensor64(x.dims, (index) => (isReplaced(index) ? values.data[Math.floor(index / width)]! : x.data[index]!)),
    ];
  },
};

/** Columns of `x` [N, V] by `ids` [K]: [N, K]. No gradient. */
export const gatherColumns: Op = {
  name: 'gatherColumns',
  infer: (inputs) => [{ dims: [operand(inputs, 0).dims[0] ?? 1, operand(inputs, 1).dims[0] ?? 1], dtype: 'float32' }],
  emit: ({ graph }, inputs, outputs) => [
    graph.single('Gather', inputs, operand(outputs, 0).dims, { attributes: { axis: 1 } }),
  ],
  evaluate: (inputs) => {
    const [x, ids] = [operand(inputs, 0), operand(inputs, 1)];
    const [width, count] = [x.dims[1] ?? 1, ids.data.length];
    return [
      tensor64(
        [x.dims[0] ?? 1, count],
        (index) => x.data[Math.floor(index / count) * width + ids.data[index % count]!]!,
      ),
    ];
  },
};

/** A tensor of zeros; takes no operand. */
export function zeros(dims: Dims): Op {
  return {
    name: 'zeros',
    infer: () => [{ dims, dtype: 'float32' }],
    emit: (context) => {
      const shape = context.graph.single(
        'Concat',
        dims.map((dim) => context.size(dim)),
        [dims.length],
        { attributes: { axis: 0 } },
      );
      // WebGPU has no ConstantOfShape: it would fill the tensor on the processor and send it over.
      return context.target === 'cpu'
        ? [context.graph.single('ConstantOfShape', [shape], dims, { dtype: 'float32' })]
        : [context.graph.single('Expand', [context.graph.float(0), shape], dims)];
    },
    evaluate: (_, bindings) => [
      tensor64(
        dims.map((dim) => bindDim(dim, bindings)),
        () => 0,
      ),
    ],
  };
}

/** One-hotᵀ [V, N] · updates [N, D] + base. */
function emitOneHotProduct(context: EmitContext, base: Value, ids: Value, updates: Value, dims: Dims): Value {
  const oneHot = (context.target === 'cpu' ? emitOneHot : emitComparedOneHot)(context, ids, Number(dims[0] ?? 1));
  return context.graph.single('Gemm', [oneHot, updates, base], dims, { attributes: { transA: 1 } });
}

function emitOneHot({ graph }: EmitContext, ids: Value, rows: number): Value {
  const offOn = graph.table('off-on', [2], () => Float32Array.of(0, 1));
  return graph.single('OneHot', [ids, graph.int64([rows]), offOn], [ids.dims[0] ?? 1, rows], {
    dtype: 'float32',
    attributes: { axis: -1 },
  });
}

/** For WebGPU, which has no OneHot. */
function emitComparedOneHot({ graph, reshape, comparable }: EmitContext, ids: Value, rows: number): Value {
  const [count = 1] = ids.dims;
  const places = graph.table(`places.${rows}`, [1, rows], () => Float32Array.from({ length: rows }, (_, row) => row));
  const isPlace = graph.single('Equal', [reshape(comparable(ids), [count, 1]), places], [count, rows], {
    dtype: 'bool',
  });
  return graph.single('Cast', [isPlace], [count, rows], { dtype: 'float32', attributes: { to: 1 } });
}

/** Element by element on one thread, so that no addition is lost and the order is always the same. */
function emitScatter(context: EmitContext, base: Value, ids: Value, updates: Value, dims: Dims): Value {
  const { graph } = context;
  const shape = graph.single('Shape', [updates], [2], { dtype: 'int64' });
  const indices = graph.single('Expand', [context.reshape(ids, [ids.dims[0] ?? 1, 1]), shape], updates.dims);
  return graph.single('ScatterElements', [base, indices, updates], dims, { attributes: { axis: 0, reduction: 'add' } });
}
