import type { Value } from '../graph/graph';
import { mapRows, tensor64, zipBroadcast } from '../tensor/tensor64';
import { exp, multiply, scale, subtract } from './elementwise';
import { operand } from './operand';
import type { Op } from './program';
import { reshape, sum } from './shape';

/**
 * Root-mean-square normalisation over the last axis: x / √(mean(x²) + eps) · weight (Zhang and Sennrich 2019, arXiv:1910.07467).
 *
 * Shapes: x [..., D], weight [D]; outputs y [..., D] and 1 / rms [..., 1].
 */
export function rmsNorm(eps: number, width: number): Op {
  return {
    name: 'rmsNorm',
    infer: (inputs) => {
      const { dims } = operand(inputs, 0);
      return [
        { dims, dtype: 'float32' },
        { dims: [...dims.slice(0, -1), 1], dtype: 'float32' },
      ];
    },
    emit: ({ graph, target }, inputs, outputs) => {
      const [x, weight] = [operand(inputs, 0), operand(inputs, 1)];
      const inverseDims = operand(outputs, 1).dims;
      if (target === 'cpu')
        return graph.node('SimplifiedLayerNormalization', [x, weight], {
          outputs,
          attributes: { axis: -1, epsilon: { float: eps } },
        });
      // WebGPU leaves the second output of SimplifiedLayerNormalization unfilled (measured), so the parts are written out.
      const squares = graph.single('Mul', [x, x], x.dims);
      const mean = graph.single('ReduceMean', [squares, graph.int64([-1])], inverseDims, {
        attributes: { keepdims: 1 },
      });
      const root = graph.single('Sqrt', [graph.single('Add', [mean, graph.float(eps)], inverseDims)], inverseDims);
      const inverse = graph.single('Reciprocal', [root], inverseDims);
      return [graph.single('Mul', [graph.single('Mul', [x, inverse], x.dims), weight], x.dims), inverse];
    },
    evaluate: (inputs) => {
      const [x, weight] = [operand(inputs, 0), operand(inputs, 1)];
      const meanOf = (row: Float64Array) => row.reduce((total, value) => total + value * value, 0) / width;
      const inverse = tensor64(
        [...x.dims.slice(0, -1), 1],
        (row) => 1 / Math.sqrt(meanOf(x.data.subarray(row * width, (row + 1) * width)) + eps),
      );
      const times = (a: number, b: number) => a * b;
      return [zipBroadcast(zipBroadcast(x, inverse, times), weight, times), inverse];
    },
    vjp: ({ program, inputs, outputs, gradients }) => {
      const [x, weight, inverse, g] = [
        operand(inputs, 0),
        operand(inputs, 1),
        operand(outputs, 1),
        operand(gradients, 0),
      ];
      const last = x.dims.length - 1;
      const normal = program.apply(multiply, x, inverse);
      const gw = program.apply(multiply, g, weight);
      const dot = program.apply(scale(1 / width), program.apply(sum([last]), program.apply(multiply, gw, normal)));
      const toX = program.apply(multiply, program.apply(subtract, gw, program.apply(multiply, normal, dot)), inverse);
      const lead = x.dims.slice(0, -1).map((_, axis) => axis);
      const toWeight = weight.requiresGrad ? program.apply(sum(lead), program.apply(multiply, g, normal)) : null;
      return [toX, toWeight && program.apply(reshape(weight.dims), toWeight)];
    },
  };
}

/** log softmax over the last axis. */
export const logSoftmax: Op = {
  name: 'logSoftmax',
  infer: (inputs) => [{ dims: operand(inputs, 0).dims, dtype: 'float32' }],
  emit: ({ graph, target }, inputs, outputs) => {
    const [x, { dims }] = [operand(inputs, 0), operand(outputs, 0)];
    if (target === 'cpu') return [graph.single('LogSoftmax', [x], dims, { attributes: { axis: -1 } })];
    // WebGPU has no LogSoftmax.
    const perRow = [...dims.slice(0, -1), 1];
    const reduce = (opType: string, value: Value) =>
      graph.single(opType, [value, graph.int64([-1])], perRow, { attributes: { keepdims: 1 } });
    const shifted = graph.single('Sub', [x, reduce('ReduceMax', x)], dims);
    const total = graph.single('Log', [reduce('ReduceSum', graph.single('Exp', [shifted], dims))], perRow);
    return [graph.single('Sub', [shifted, total], dims)];
  },
  evaluate: (inputs) => [mapRows(operand(inputs, 0), logSoftmaxRow)],
  vjp: ({ program, outputs, gradients }) => {
    const [y, g] = [operand(outputs, 0), operand(gradients, 0)];
    const total = program.apply(sum([y.dims.length - 1]), g);
    return [program.apply(subtract, g, program.apply(multiply, program.apply(exp, y), total))];
  },
};

export function logSoftmaxRow(row: Float64Array): Float64Array {
  const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const logTotal = top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
  return row.map((value) => value - logTotal);
}
