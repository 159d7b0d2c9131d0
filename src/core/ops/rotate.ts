import { ShapeError } from '../errors';
import { multiplyDims } from '../tensor/dims';
import { hadamard, rotationBlock } from '../tensor/rotation';
import { mapRows } from '../tensor/tensor64';
import { operand } from './operand';
import type { Op } from './program';

/** x with each row [D] turned by blocks, see `rotateRow`; x itself where D has no blocks. Shapes: x [N, D] and the result likewise. */
export const rotate: Op = {
  name: 'rotate',
  infer: (inputs) => {
    const { dims } = operand(inputs, 0);
    if (dims.length !== 2 || typeof dims[1] !== 'number')
      throw new ShapeError('rotate takes rows of a known length, [N, D].');
    return [{ dims, dtype: 'float32' }];
  },
  emit: (context, inputs, outputs) => {
    const x = operand(inputs, 0);
    const { dims } = operand(outputs, 0);
    const [rows = 1, width] = dims;
    const block = rotationBlock(Number(width));
    if (block === 1) return [x];
    const blocks = [multiplyDims(rows, Number(width) / block), block];
    const turn = context.graph.table(`hadamard.${block}`, [block, block], () => hadamard(block));
    return [context.reshape(context.graph.single('Gemm', [context.reshape(x, blocks), turn], blocks), dims)];
  },
  evaluate: (inputs) => {
    const x = operand(inputs, 0);
    const block = rotationBlock(x.dims[1] ?? 1);
    return [mapRows(x, (row) => turned(row, block))];
  },
  // The matrix is symmetric.
  vjp: ({ program, gradients }) => [program.apply(rotate, operand(gradients, 0))],
};

/** `rotateRow` in float64. */
function turned(row: Float64Array, block: number): Float64Array {
  const values = row.map((value) => value / Math.sqrt(block));
  for (let apart = 1; apart < block; apart *= 2)
    for (let at = 0; at < values.length; at++)
      if ((at & apart) === 0) {
        const [a, b] = [values[at]!, values[at + apart]!];
        values[at] = a + b;
        values[at + apart] = a - b;
      }
  return values;
}
