import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RlConfigSchema } from '../train/rl/rl-config';
import { rewardOf, REWARDS, type EarnedReward, type RewardFacts } from './registry';
import { isRewardError } from './reward-error';

const config = (options: object = {}) => RlConfigSchema.parse(options);
const facts = (options: Partial<RewardFacts> = {}): RewardFacts => ({
  answer: '5',
  isRight: true,
  isWellFormed: true,
  tokens: 100,
  promise: null,
  steps: 2,
  ...options,
});
const total = ({ score, steps }: { score: number; steps: readonly number[] }) =>
  score + steps.reduce((sum, each) => sum + each, 0);

test.each([
  [{ isRight: true }, 1],
  [{ isRight: false }, 0.1],
  [{ isRight: false, answer: null }, 0],
])('the outcome of %j is %d', (options, score) => {
  for (const name of ['outcome', 'shaped', 'paper'] as const)
    expect(REWARDS[name](facts(options), config()).score).toBe(score);
});

test('the shaped reward telescopes: it pays for where a path ends, never for its length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
      fc.boolean(),
      (promise, isRight) => {
        const earned = total(REWARDS.shaped(facts({ isRight, promise, steps: promise.length - 1 }), config()));
        expect(earned).toBeCloseTo((isRight ? 1 : 0.1) + 0.3 * (promise.at(-1)! - promise[0]!), 10);
      },
    ),
  );
});

describe('the published rewards pay for length, which is why they are not the default', () => {
  // Two plausible steps more outweigh being right: a wrong path of 5 steps against a right one of 3 (method, 5.6).
  test('paper', () => {
    const wrong = total(
      REWARDS.paper(facts({ isRight: false, promise: [0.5, 0.7, 0.7, 0.7, 0.7, 0.7], steps: 5 }), config()),
    );
    const right = total(REWARDS.paper(facts({ isRight: true, promise: [0.5, 0.7, 0.7, 0.7], steps: 3 }), config()));
    expect(wrong).toBeCloseTo(2.9, 12);
    expect(right).toBeCloseTo(2.4, 12);
  });

  test('code', () => {
    expect(REWARDS.code(facts({ promise: [0.5, 0.6, 0.9] }), config())).toEqual({
      score: 0.6 + 0.4 * 0.9,
      steps: [0.6, 0],
    });
    expect(REWARDS.code(facts({ isRight: false }), config()).score).toBe(0);
  });
});

test('form and length cost what the settings say', () => {
  const strict = config({ reward: 'outcome', formatWeight: 0.2, lengthWeight: 0.5, lengthSoftLimit: 100 });
  expect(rewardOf(facts(), strict, 'q').score).toBe(1);
  expect(rewardOf(facts({ isWellFormed: false }), strict, 'q').score).toBeCloseTo(0.8, 12);
  expect(rewardOf(facts({ tokens: 150 }), strict, 'q').score).toBeCloseTo(0.75, 12);
  expect(rewardOf(facts({ tokens: 90 }), strict, 'q').score).toBe(1);
});

describe('a reward that cannot be used names itself, the question and the number', () => {
  const plain = RlConfigSchema.parse({ reward: 'outcome' });
  const giving = (reward: () => EarnedReward) => ({ ...REWARDS, outcome: reward });
  test.each([
    [() => ({ score: Number.NaN, steps: [0, 0] }), 'reward-unusable', 'gave NaN to an answer to question q7'],
    [() => ({ score: 1, steps: [0, Infinity] }), 'reward-unusable', 'gave Infinity to step 2 of 2 of an answer'],
    [() => ({ score: 1, steps: [] }), 'reward-unusable', 'gave 0 step rewards to an answer of 2 steps'],
    [
      () => {
        throw new Error('no such judge');
      },
      'reward-failed',
      'failed on an answer to question q7: no such judge',
    ],
  ])('%s', (reward: () => EarnedReward, code, words) => {
    const earn = () => rewardOf(facts({ steps: 2, promise: [0.5, 0.5, 0.5] }), plain, 'q7', giving(reward));
    expect(earn).toThrow(words);
    try {
      earn();
    } catch (error) {
      expect(isRewardError(error)).toBe(true);
      expect(error).toMatchObject({ code, facts: { kept: expect.stringContaining('before this one') as string } });
    }
  });
  test('other errors are not taken for one', () => expect(isRewardError(new Error('x'))).toBe(false));
});
