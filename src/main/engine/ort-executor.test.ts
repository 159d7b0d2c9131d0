import { describe, expect, it } from 'vitest';
import { encodeGraph } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import { OrtExecutor } from './ort-executor';

/** y = x·x + x over [N]. */
function squareGraph(): Graph {
  const graph = new Graph('square');
  const x = graph.input('x', 'float32', ['N']);
  graph.output('y', graph.single('Add', [graph.single('Mul', [x, x], ['N']), x], ['N']));
  return graph;
}

describe('OrtExecutor', () => {
  it.each(['stopped', 'in place', 'copied'] as const)(
    'fills the given memory, also over an input: %s',
    async (path) => {
      const compiled = await new OrtExecutor({ path }).compile(encodeGraph(squareGraph()));
      const x = { dtype: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) } as const;
      const y = { dtype: 'float32', dims: [3], data: new Float32Array(3) } as const;
      await compiled.run({ x }, { y });
      expect([...y.data]).toEqual([2, 6, 12]);
      await compiled.run({ x }, { y: x });
      expect([...x.data]).toEqual([2, 6, 12]);
      await compiled.dispose();
    },
  );

  it('runs a graph without the extra output the plain way', async () => {
    const compiled = await new OrtExecutor().compile(encodeGraph(squareGraph(), { poison: false }));
    const data = Float32Array.of(4);
    await compiled.run({ x: { dtype: 'float32', dims: [1], data } }, { y: { dtype: 'float32', dims: [1], data } });
    expect(data[0]).toBe(20);
    await compiled.dispose();
  });

  it('says which graph onnxruntime refused', async () => {
    await expect(new OrtExecutor().compile(Uint8Array.of(1, 2, 3), { label: 'torn file' })).rejects.toMatchObject({
      facts: { code: 'graph-refused', where: 'torn file' },
    });
  });

  it('says which graph failed in a run', async () => {
    const compiled = await new OrtExecutor().compile(encodeGraph(squareGraph()), { label: 'square' });
    const data = Float32Array.of(4);
    await expect(compiled.run({}, { y: { dtype: 'float32', dims: [1], data } })).rejects.toMatchObject({
      facts: { code: 'graph-run', where: 'square' },
    });
    await compiled.dispose();
  });
});
