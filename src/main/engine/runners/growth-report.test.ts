import { describe, expect, it } from 'vitest';
import type { TreeGrowthReport } from '@contracts/engine-protocol';
import { growWordTree } from '@core/search/testing/grown-tree';
import { createGrowthReport } from './growth-report';

describe('the report of growing trees', () => {
  it('shows every node and walk once, in order, whatever the pace', async () => {
    const shown: TreeGrowthReport[] = [];
    let now = 0;
    const report = createGrowthReport(
      (trees) => shown.push(...trees),
      () => now,
    );
    const { tree } = await growWordTree(
      { numSimulations: 40 },
      {
        onSimulation: (grown, simulation) => {
          now += 90;
          report.onSimulation(grown, simulation);
        },
      },
    );
    now += 1000;
    report.onSimulation(tree, 40);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.flatMap(({ nodes }) => nodes.map(({ index }) => index))).toEqual(tree.parent.map((_, index) => index));
    expect(shown.flatMap(({ simulations }) => simulations)).toEqual(tree.simulations);
  });

  it('is silent about a tree that was handed over', async () => {
    const shown: TreeGrowthReport[] = [];
    const report = createGrowthReport(
      (trees) => shown.push(...trees),
      () => 0,
    );
    const { tree } = await growWordTree({ numSimulations: 4 });
    report.forget(tree);
    expect(shown).toEqual([]);
  });
});
