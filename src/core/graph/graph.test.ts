import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { encodeGraph, POISON_OUTPUT } from './encode';
import { Graph } from './graph';

async function open(graph: Graph) {
  return InferenceSession.create(encodeGraph(graph), { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

describe('Graph', () => {
  it('writes a file that onnxruntime runs: attributes, constants, symbolic axes, non-ASCII names', async () => {
    const graph = new Graph('ünit');
    const x = graph.input('x', 'float32', ['B', 3]);
    const w = graph.table('wäight', [3, 2], () => Float32Array.of(1, 2, 3, 4, 5, 6));
    const y = graph.single('Gemm', [x, w], ['B', 2], { attributes: { alpha: { float: -0.5 }, transA: 0 } });
    const axes = graph.int64([-1]);
    graph.output('sum', graph.single('ReduceSum', [y, axes], ['B'], { attributes: { keepdims: 0 } }));
    const session = await open(graph);
    const result = await session.run({ x: new Tensor('float32', Float32Array.of(1, 0, 0, 0, 1, 1), [2, 3]) }, ['sum']);
    // Row sums of x·W are 3 and 7 + 11; times -0.5.
    expect([...(result['sum']?.data as Float32Array)]).toEqual([-1.5, -9]);
    expect(session.outputNames[0]).toBe(POISON_OUTPUT);
    await session.release();
  });

  it('gives a result under two names, and an input as a result', async () => {
    const graph = new Graph('aliases');
    const x = graph.input('x', 'float32', [1]);
    const y = graph.single('Add', [x, graph.float(1)], [1]);
    for (const [name, value] of [
      ['a', y],
      ['b', y],
      ['c', x],
    ] as const)
      graph.output(name, value);
    const session = await open(graph);
    const result = await session.run({ x: new Tensor('float32', Float32Array.of(4), [1]) }, ['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map((name) => (result[name]?.data as Float32Array)[0])).toEqual([5, 5, 4]);
    await session.release();
  });

  it('prunes nodes, constants and inputs that no output needs', () => {
    const graph = new Graph('prune');
    const x = graph.input('x', 'float32', [1]);
    const dead = graph.input('dead', 'float32', [1]);
    const y = graph.single('Add', [x, graph.float(1)], [1]);
    graph.single('Mul', [dead, graph.float(2)], [1]);
    graph.output('y', y);
    graph.prune();
    expect(graph.nodes.map((node) => node.opType)).toEqual(['Add']);
    expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
    expect(graph.constants).toHaveLength(1);
  });

  it('stores equal constants once', () => {
    const graph = new Graph('constants');
    expect(graph.int64([1, 2])).toBe(graph.int64([1, 2]));
    expect(graph.int64([1])).not.toBe(graph.int64(1));
  });
});
