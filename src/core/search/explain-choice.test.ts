import { describe, expect, it } from 'vitest';
import { explainChoice, walksThrough, type ExplainedChoice } from './explain-choice';
import type { SearchConfig } from './search-config';
import { EXPLORATION_WEIGHTS, scoreChildren, selectChild } from './select';
import { createWordExpander, growWordTree } from './testing/grown-tree';
import type { SearchTree } from './tree';
import { treeRows } from './tree-rows';

/** What the search itself knew before and after each of its walks. */
interface Moment {
  readonly visits: readonly number[];
  readonly valueSum: readonly number[];
  readonly isExhausted: readonly boolean[];
}

async function record(options: Partial<SearchConfig>, withPriors = false, ordered = false) {
  const moments: Moment[] = [{ visits: [0], valueSum: [0], isExhausted: [false] }];
  const grown = await growWordTree(options, {
    expander: createWordExpander({ withPriors, ordered }),
    onSimulation: (tree) =>
      moments.push({ visits: [...tree.visits], valueSum: [...tree.valueSum], isExhausted: [...tree.isExhausted] }),
  });
  return { ...grown, moments, recorded: { nodes: treeRows(grown.tree), simulations: grown.tree.simulations } };
}

const CASES: readonly (readonly [string, Partial<SearchConfig>, boolean, boolean])[] = [
  ['UCT', { numSimulations: 400 }, false, false],
  ['UCT to its end, where much is exhausted', { numSimulations: 900, maxDepth: 4 }, false, false],
  ['PUCT with priors, in order', { numSimulations: 400, selectionRule: 'puct' }, true, true],
  ['a falling weight', { numSimulations: 300, explorationSchedule: 'exp' }, false, false],
  ['all siblings written at once', { numSimulations: 200, lazySiblings: false, maxDepth: 5 }, false, false],
  ['direct answers like any other', { numSimulations: 300, avoidDirectAnswer: false }, false, false],
];

/** The tree as the search saw it at a moment: what it had not made yet has no visits. */
function treeAt(tree: SearchTree, moment: Moment) {
  const fill = (values: readonly number[]) => tree.parent.map((_, node) => values[node] ?? 0);
  return { visits: fill(moment.visits), valueSum: fill(moment.valueSum), prior: tree.prior };
}

describe.each(CASES)('explainChoice, %s', (_name, options, withPriors, ordered) => {
  it('finds the terms and the choice of the search itself at every step of every walk', async () => {
    const { tree, config, moments, recorded } = await record(options, withPriors, ordered);
    const reasons = new Map<string, number>();
    tree.simulations.forEach(({ path }, simulation) => {
      for (let depth = 0; depth + 1 < path.length; depth++) {
        const [parent, chosen] = [path[depth]!, path[depth + 1]!];
        const explained = explainChoice(recorded, config, simulation, parent)!;
        expect(explained.chosen).toBe(chosen);
        reasons.set(explained.reason, (reasons.get(explained.reason) ?? 0) + 1);
        check(tree, config, moments[simulation]!, moments[simulation + 1]!, explained);
      }
    });
    expect(reasons.get('untried')).toBeGreaterThan(0);
    expect(reasons.get('highest')).toBeGreaterThan(0);
  });
});

/** Holds an explanation against the truth: what was exhausted is known after the walk at the latest. */
function check(
  tree: SearchTree,
  config: SearchConfig,
  before: Moment,
  after: Moment,
  explained: ExplainedChoice,
): void {
  const at = treeAt(tree, before);
  const weight = EXPLORATION_WEIGHTS[config.explorationSchedule](
    config.explorationWeight,
    explained.simulation,
    config.numSimulations,
  );
  expect(explained.weight).toBe(weight);
  const own = new Map(explained.parent === 0 ? [] : [[explained.parent, 1]]);
  expect(explained.parentVisits).toBe(at.visits[explained.parent]! + (own.get(explained.parent) ?? 0));
  for (const candidate of explained.candidates) {
    expect(candidate.visits).toBe(at.visits[candidate.node]);
    // Nothing that could still be taken is called exhausted.
    if (candidate.status === 'exhausted') expect(after.isExhausted[candidate.node]).toBe(true);
  }
  if (explained.reason === 'untried') {
    expect(at.visits[explained.chosen]).toBe(0);
    return;
  }
  const isFree = ({ node, status }: ExplainedChoice['candidates'][number]) =>
    status === 'chosen' || (status === 'open' && before.isExhausted[node] !== true && after.isExhausted[node] !== true);
  const open = explained.candidates.filter(({ status }) => status === 'chosen' || status === 'open');
  const scored = scoreChildren(
    at,
    explained.parent,
    open.map(({ node }) => node),
    config.selectionRule,
    weight,
    own,
  );
  scored.forEach(({ value, bonus }, i) => expect([open[i]!.value, open[i]!.bonus]).toEqual([value, bonus]));
  // Among what was truly free the search's own rule picks the recorded branch.
  const free = explained.candidates.filter(isFree).map(({ node }) => node);
  expect(selectChild(scoreChildren(at, explained.parent, free, config.selectionRule, weight, own))).toBe(
    explained.chosen,
  );
}

describe('explainChoice', () => {
  it('gives the terms of Kocsis and Szepesvári for a tree made by hand', () => {
    const node = (index: number, parent: number, createdAtSimulation: number) => ({
      index,
      parent,
      kind: 'next_step',
      prior: null,
      isTerminal: index > 2,
      createdAtSimulation,
    });
    const recorded = {
      nodes: [node(0, -1, -1), node(1, 0, 0), node(2, 0, 1), node(3, 1, 0), node(4, 2, 1), node(5, 1, 2)],
      simulations: [
        { path: [0, 1, 3], value: 1 },
        { path: [0, 2, 4], value: 0 },
        { path: [0, 1, 5], value: 1 },
      ],
    };
    const config = {
      selectionRule: 'uct',
      explorationWeight: 2,
      explorationSchedule: 'const',
      numSimulations: 8,
      avoidDirectAnswer: true,
    } as const;
    // N(parent) = 2, N = 1: 2·sqrt(ln 2 / 1) = 1.6651…
    expect(explainChoice(recorded, config, 2, 0)).toMatchObject({
      reason: 'highest',
      chosen: 1,
      parentVisits: 2,
      candidates: [
        { node: 1, status: 'chosen', value: 1, bonus: expect.closeTo(1.6651, 4) as number },
        { node: 2, status: 'open', value: 0, bonus: expect.closeTo(1.6651, 4) as number },
      ],
    });
    expect(explainChoice(recorded, config, 2, 1)).toMatchObject({ reason: 'untried', chosen: 5 });
    expect(explainChoice(recorded, config, 1, 1)).toBeNull();
    expect(walksThrough(recorded.simulations, 1)).toEqual([0, 2]);
  });
});
