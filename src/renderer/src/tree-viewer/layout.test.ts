import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN_WIDTH, ROW_HEIGHT, layoutTree, pathTo, type LayoutNode } from './layout';

const chainOf = (count: number): LayoutNode[] =>
  Array.from({ length: count }, (_, index) => ({ index, parent: index - 1 }));

/** Random trees: each node hangs below an earlier one. */
const trees = fc
  .array(fc.nat(), { minLength: 0, maxLength: 60 })
  .map((draws): LayoutNode[] => [
    { index: 0, parent: -1 },
    ...draws.map((draw, i) => ({ index: i + 1, parent: draw % (i + 1) })),
  ]);

describe('layoutTree', () => {
  it('puts a parent in the middle of its children', () => {
    const nodes = [0, 1, 2, 3].map((index) => ({ index, parent: index === 0 ? -1 : 0 }));
    const { nodes: placed, width, height } = layoutTree(nodes, () => false);
    expect(placed.map((node) => node.y)).toEqual([1.5, 0.5, 1.5, 2.5].map((row) => row * ROW_HEIGHT));
    expect({ width, height }).toEqual({ width: 2 * COLUMN_WIDTH, height: 3 * ROW_HEIGHT });
  });

  it('never lets two nodes of a column come closer than a row', () => {
    fc.assert(
      fc.property(trees, (nodes) => {
        const columns = new Map<number, number[]>();
        for (const node of layoutTree(nodes, () => false).nodes)
          columns.set(node.x, [...(columns.get(node.x) ?? []), node.y]);
        for (const ys of columns.values()) {
          ys.sort((a, b) => a - b);
          for (let i = 1; i < ys.length; i++) expect(ys[i]! - ys[i - 1]!).toBeGreaterThanOrEqual(ROW_HEIGHT - 1e-9);
        }
      }),
    );
  });

  it('hides what lies below a fold and says how many children it hides', () => {
    const { nodes } = layoutTree(chainOf(5), (index) => index === 2);
    expect(nodes.map((node) => node.index)).toEqual([0, 1, 2]);
    expect(nodes[2]?.hiddenChildren).toBe(1);
  });

  it('keeps the ancestors of what a filter shows', () => {
    const nodes = [...chainOf(3), { index: 3, parent: 0 }];
    expect(
      layoutTree(
        nodes,
        () => false,
        (index) => index === 2,
      ).nodes.map((node) => node.index),
    ).toEqual([0, 1, 2]);
  });

  it('lays out a chain that is deeper than a call stack', () => {
    expect(layoutTree(chainOf(50_000), () => false).nodes).toHaveLength(50_000);
  });
});

describe('pathTo', () => {
  it('leads from the root to the node', () => {
    expect(
      pathTo(
        [
          { index: 0, parent: -1 },
          { index: 1, parent: 0 },
          { index: 2, parent: 0 },
          { index: 3, parent: 2 },
        ],
        3,
      ),
    ).toEqual([0, 2, 3]);
  });
});
