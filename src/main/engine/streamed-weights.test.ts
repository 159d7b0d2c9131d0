import { describe, expect, it } from 'vitest';
import { encodeGraph } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import { STREAM_COLUMNS, STREAM_INPUTS, streamedWeights, streamFeeds } from '@core/models/streamed-weights';
import type { TensorView } from '@core/ports';
import { createRng } from '@core/random/rng';
import { OrtExecutor } from './ort-executor';
import { WeightStore } from './weight-store';

/** More than one run of the kernel's sums, neither side a multiple of anything. */
const [IN, OUT] = [1100, 71];
/** Less than a group, one, and some more; the last is the reference. */
const ROW_COUNTS = [1, 2, 5, STREAM_COLUMNS, STREAM_COLUMNS + 1, 40, 3 * STREAM_COLUMNS];
const MOST = 3 * STREAM_COLUMNS;

const rng = createRng('streamed');
const draw = (...dims: number[]): TensorView & { data: Float32Array } => {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return { dtype: 'float32', dims, data: Float32Array.from({ length: size }, () => rng.next() - 0.5) };
};
const weight = draw(OUT, IN);
const bias = draw(OUT);
const x = draw(MOST, IN);
const integers = (data: BigInt64Array): TensorView => ({ dtype: 'int64', dims: [data.length], data });

describe('products with the weight as the left factor', async () => {
  const graph = new Graph('streamed');
  const store = new WeightStore([{ name: 'layer.weight', dims: [OUT, IN] }]);
  const weights = streamedWeights(
    (into, name, dims) => into.inputs.find((input) => input.name === name) ?? into.input(name, 'float32', dims),
    store,
  );
  const entered = weights.enter(graph, graph.input('x', 'float32', ['N', IN]));
  const [product] = weights.linears(graph, entered, [{ module: 'layer', outSize: OUT, hasBias: true }]);
  graph.output('y', weights.leave(graph, product ?? entered));
  const compiled = await new OrtExecutor({ threads: 2 }).compile(encodeGraph(graph));

  async function multiply(rows: number): Promise<Float32Array> {
    const y = new Float32Array(rows * OUT);
    const { padding, rows: count } = streamFeeds(rows);
    const feeds = {
      x: { dtype: 'float32' as const, dims: [rows, IN], data: x.data.subarray(0, rows * IN) },
      'layer.weight': weight,
      'layer.bias': bias,
      [STREAM_INPUTS.padding]: integers(padding),
      [STREAM_INPUTS.rows]: integers(count),
    };
    await compiled.run(feeds, { y: { dtype: 'float32', dims: [rows, OUT], data: y } });
    return y;
  }
  const reference = await multiply(MOST);

  it('are x·Wᵀ + b', () => {
    for (let row = 0; row < MOST; row++)
      for (let out = 0; out < OUT; out++) {
        let sum = bias.data[out]!;
        for (let i = 0; i < IN; i++) sum += x.data[row * IN + i]! * weight.data[out * IN + i]!;
        expect(Math.abs(reference[row * OUT + out]! - sum)).toBeLessThan(2e-5);
      }
  });

  it.each(ROW_COUNTS)('have the same bits in a run of %i rows as in one of many', async (rows) => {
    expect(await multiply(rows)).toEqual(reference.subarray(0, rows * OUT));
  });
});
