import { expect, it } from 'vitest';
import { Graph } from './graph';
import { executionOrder, peakOf, traceMemory } from './peak-memory';

it('runs what is needed first, depth first from the last node that nobody waits for', () => {
  const graph = new Graph('order');
  const x = graph.input('x', 'float32', [4]);
  const a = graph.single('Exp', [x], [4]);
  const b = graph.single('Neg', [x], [4]);
  graph.output('first', graph.single('Add', [a, b], [4]));
  graph.output('last', graph.single('Sqrt', [b], [4]));
  // Sqrt is the last without readers: b, Sqrt; then Add with what it still lacks.
  expect(executionOrder(graph.nodes).map((index) => graph.nodes[index]?.opType)).toEqual(['Neg', 'Sqrt', 'Exp', 'Add']);
});

it('holds a result until its last reader has run, and results asked for not at all', () => {
  const graph = new Graph('chain');
  const x = graph.input('x', 'float32', ['N']);
  const a = graph.single('Gemm', [x], ['N', 10]);
  const b = graph.single('Gemm', [a], ['N', 20]);
  const c = graph.single('Gemm', [b, a], ['N', 5]);
  graph.output('y', graph.single('Gemm', [c], ['N', 1000]));
  // With N = 3: a (120 bytes), b (240), c (60) are there at once while c is made.
  expect(peakOf(traceMemory(graph, { N: 3 }))).toEqual({ bytes: 120 + 240 + 60, largestBlock: 240 });
});

it('gives a reshaped result the memory of its operand, and writes over what nobody reads any more', () => {
  const graph = new Graph('shared');
  const x = graph.input('x', 'float32', [8]);
  const a = graph.single('Gemm', [x], [8, 8]);
  const flat = graph.single('Reshape', [a, graph.int64([64])], [64]);
  const e = graph.single('Exp', [flat], [64]);
  graph.output('y', graph.single('Gemm', [e], [1]));
  expect(peakOf(traceMemory(graph, {})).bytes).toBe(256);
});

it('gives back all that was taken', () => {
  const graph = new Graph('balance');
  const x = graph.input('x', 'float32', [8]);
  const [kept, unused] = graph.node('Split', [x], { outputs: [{ dims: [4] }, { dims: [4] }] });
  expect(unused).toBeDefined();
  graph.output('y', graph.single('Gemm', [kept ?? null], [2]));
  const events = traceMemory(graph, {});
  expect(events.filter((event) => 'take' in event)).toHaveLength(2);
  expect(events.filter((event) => 'give' in event)).toHaveLength(2);
});
