import type { Value } from '../graph/graph';
import { tensor64 } from '../tensor/tensor64';
import { operand } from './operand';
import type { EmitContext, Op } from './program';

/** Above every finite gradient that a training step survives; the comparison only has to be unknown to the optimiser. */
const NEVER_REACHED = 3e38;

/**
 * The first operand unchanged, but not before the others exist: onnxruntime runs nodes depth-first from the outputs, which would keep
 * every activation alive until all weight gradients are made at the very end. Adding a zero that only the run can know to be zero survives
 * its optimiser at every level.
 */
export const fence: Op = {
  name: 'fence',
  infer: (inputs) => [{ dims: operand(inputs, 0).dims, dtype: 'float32' }],
  emit: (context, [value, ...awaited], outputs) => {
    const { graph } = context;
    const x = operand([value ?? null], 0);
    if (awaited.length === 0) return [x];
    const elements = awaited.map((each) => firstElement(context, each));
    // Not as Sum, which WebGPU lacks.
    const total = elements.reduce((sum, element) => graph.single('Add', [sum, element], [1]));
    const isBeyond = graph.single('Greater', [total, graph.float(NEVER_REACHED)], [1], { dtype: 'bool' });
    const zero = graph.single('Cast', [isBeyond], [1], { dtype: 'float32', attributes: { to: 1 } });
    return [graph.single('Add', [x, zero], operand(outputs, 0).dims)];
  },
  evaluate: (inputs) => [tensor64(operand(inputs, 0).dims, operand(inputs, 0).data)],
  vjp: ({ gradients, inputs }) => [operand(gradients, 0), ...inputs.slice(1).map(() => null)],
};

function firstElement({ graph, reshape }: EmitContext, value: Value): Value {
  const rank = value.dims.length;
  const ones = value.dims.map(() => 1);
  const starts = graph.int64(value.dims.map(() => 0));
  return reshape(
    graph.single(
      'Slice',
      [value, starts, graph.int64(ones)],
      Array.from({ length: rank }, () => 1),
    ),
    [1],
  );
}
