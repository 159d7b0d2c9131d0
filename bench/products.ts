import { Graph, type GraphDType, type Value } from '@core/graph/graph';
import { encodeGraph } from '@core/graph/encode';
import type { TensorView } from '@core/ports';
import { sizeOf } from '@core/tensor/dims';
import { OrtExecutor } from '../src/main/engine/ort-executor';

/**
 * GF/s of onnxruntime's products at the shapes of a training step of 135M (1024 tokens), float32 and uint8 · int8:
 * `node scripts/with-node.mjs scripts/run.mjs bench/products.ts`.
 */
const TOKENS = 1024;
const LAYERS = [
  [576, 1536],
  [1536, 576],
  [576, 576],
] as const;
const [WARM, SAMPLES] = [5, 20];
const MICROSOFT = { domain: 'com.microsoft', dtype: 'float32' } as const;

type Build = (graph: Graph, input: number, output: number) => Value;
const x = (graph: Graph, width: number): Value => graph.input('x', 'float32', [TOKENS, width]);
const CASES: Readonly<Record<string, Build>> = {
  'float32, forward': (graph, input, output) =>
    graph.single('Gemm', [x(graph, input), graph.input('w', 'float32', [output, input])], [TOKENS, output], {
      attributes: { transB: 1 },
    }),
  'float32, gradient by the weight': (graph, input, output) =>
    graph.single('Gemm', [graph.input('g', 'float32', [TOKENS, output]), x(graph, input)], [output, input], {
      attributes: { transA: 1 },
    }),
  'uint8 · int8': (graph, input, output) =>
    graph.single(
      'MatMulIntegerToFloat',
      [
        graph.input('q', 'uint8', [TOKENS, input]),
        graph.input('w', 'int8', [input, output]),
        graph.float(1),
        graph.input('scales', 'float32', [output]),
        graph.uint8(128),
      ],
      [TOKENS, output],
      MICROSOFT,
    ),
};

function fill(dtype: GraphDType, dims: readonly number[]): TensorView {
  const values = Array.from({ length: sizeOf(dims) }, (_, index) => (index * 7919) % 127);
  if (dtype === 'uint8') return { dtype, dims, data: Uint8Array.from(values) };
  if (dtype === 'int8') return { dtype, dims, data: Int8Array.from(values) };
  return { dtype: 'float32', dims, data: Float32Array.from(values) };
}

const executor = new OrtExecutor();
for (const [input, output] of LAYERS) {
  for (const [name, build] of Object.entries(CASES)) {
    const graph = new Graph(name);
    graph.output('y', build(graph, input, output));
    const compiled = await executor.compile(encodeGraph(graph));
    const feeds = Object.fromEntries(graph.inputs.map((each) => [each.name, fill(each.dtype, each.dims.map(Number))]));
    const y = fill('float32', (graph.outputs[0]?.value.dims ?? []).map(Number));
    const samples: number[] = [];
    for (let run = 0; run < WARM + SAMPLES; run++) {
      const begin = performance.now();
      await compiled.run(feeds, { y });
      if (run >= WARM) samples.push((2 * TOKENS * input * output) / (performance.now() - begin) / 1e6);
    }
    await compiled.dispose();
    samples.sort((a, b) => a - b);
    const at = (share: number) => (samples[Math.floor(share * (SAMPLES - 1))] ?? Number.NaN).toFixed(0);
    console.log(`${input} → ${output}, ${name}: ${at(0)} / ${at(0.5)} / ${at(1)} GF/s`);
  }
}
