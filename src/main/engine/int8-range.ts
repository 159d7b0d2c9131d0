import { encodeGraph } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import { MICROSOFT } from '@core/models/forward-weights';
import { INT8_LARGEST } from '@core/models/quantise';
import type { GraphExecutor } from '@core/ports';

const SIZE = 64;
/** What the product of full scale values may be off by, as a share; overflow takes away half. */
const TOLERANCE = 0.02;

/**
 * Largest magnitude that int8 weights may have. Processors without VNNI add two products of uint8 and int8 in 16 bits, where full scale ones
 * overflow (onnxruntime's documentation, "When and why do I need to try U8U8"): seven bits are used there. Found out by multiplying.
 */
export async function probeInt8Range(executor: GraphExecutor): Promise<number> {
  const graph = new Graph('int8 probe');
  const x = graph.input('x', 'float32', ['N', SIZE]);
  const weight = graph.lazyTable('w', 'int8', [SIZE, SIZE], () => new Int8Array(SIZE * SIZE).fill(INT8_LARGEST));
  const scale = graph.lazyTable('scale', 'float32', [SIZE], () => new Float32Array(SIZE).fill(1));
  graph.output('y', graph.single('DynamicQuantizeMatMul', [x, weight, scale], ['N', SIZE], { domain: MICROSOFT }));
  const compiled = await executor.compile(encodeGraph(graph), { label: graph.name });
  const y = new Float32Array(SIZE);
  await compiled.run(
    { x: { dtype: 'float32', dims: [1, SIZE], data: new Float32Array(SIZE).fill(1) } },
    { y: { dtype: 'float32', dims: [1, SIZE], data: y } },
  );
  await compiled.dispose();
  const exact = SIZE * INT8_LARGEST;
  const isExact = y.every((value) => Math.abs(value - exact) <= TOLERANCE * exact);
  return isExact ? INT8_LARGEST : (INT8_LARGEST - 1) / 2;
}
