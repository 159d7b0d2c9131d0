import { expect, it } from 'vitest';
import { byGroup, GROUP_RULES, type GroupRuleName } from './advantages';
import { RL_ALGORITHMS } from './registry';

it.each(Object.keys(GROUP_RULES) as GroupRuleName[])('gives a single path of a question no advantage: %s', (rule) => {
  expect(byGroup([1], ['q'], rule)).toEqual([0]);
});

it('PPO without critic: the score beside the mean of all paths, in their deviations, the same on every token of a path', () => {
  const mask = [
    [0, 1, 1],
    [1, 1, 0],
  ];
  const rows = mask.map((row) => row.map(() => -1));
  const advantages = RL_ALGORITHMS.ppo.advantages(
    {
      scores: [1, 0],
      groups: ['a', 'b'],
      mask,
      stepRewards: mask.map((row) => row.map(() => 0)),
      oldLogProbs: rows,
      refLogProbs: rows,
    },
    { klCoefficient: 0, klEstimator: 'k1', gamma: 1 },
  );
  advantages.forEach((row, b) =>
    row.forEach((value, t) => expect(value).toBeCloseTo(mask[b]![t] === 0 ? 0 : b === 0 ? 1 : -1, 6)),
  );
});
