import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RlConfigSchema } from '../train/rl/rl-config';
import { DEDUCTIONS, REWARD_NAMES, rewardOf, REWARDS, type RewardTables } from './registry';
import type { EarnedReward, RewardFacts } from './reward';
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
  for (const name of ['outcome', 'shaped', 'minimum', 'paper'] as const)
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

test('the weakest step pays once, whatever the length', () => {
  const promise = [0.5, 0.9, 0.4, 0.8];
  const earned = REWARDS.minimum(facts({ promise, steps: 3 }), config({ shapingWeight: 0.5 }));
  expect(earned).toEqual({ score: 1, steps: [0, 0, 0.2] });
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }), (longer) => {
      const of = (rows: readonly number[]) =>
        total(REWARDS.minimum(facts({ promise: rows, steps: rows.length - 1 }), config()));
      expect(of([...longer, 1])).toBeCloseTo(of(longer), 12);
      expect(of([...longer, 0])).toBeLessThanOrEqual(of(longer));
    }),
  );
});

test('where nobody knows how promising a path is, every reward is finite', () => {
  for (const name of REWARD_NAMES) {
    expect(Number.isFinite(total(REWARDS[name](facts(), config()))), name).toBe(true);
    expect(Number.isFinite(total(REWARDS[name](facts({ steps: 0, promise: [0.5] }), config()))), name).toBe(true);
  }
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

describe('a part of a reward that cannot be used names itself, the question and the number', () => {
  const plain = config({ reward: 'outcome' });
  const tables: RewardTables = { rewards: REWARDS, deductions: DEDUCTIONS };
  const earning = (outcome: () => EarnedReward): RewardTables => ({ ...tables, rewards: { ...REWARDS, outcome } });
  const taking = (length: () => number): RewardTables => ({ ...tables, deductions: { ...DEDUCTIONS, length } });
  const broken = (): never => {
    throw new Error('no such judge');
  };
  test.each<readonly [RewardTables, string, string]>([
    [
      earning(() => ({ score: NaN, steps: [0, 0] })),
      'reward-unusable',
      '"outcome" gave NaN to an answer to question q7',
    ],
    [
      earning(() => ({ score: 1, steps: [0, Infinity] })),
      'reward-unusable',
      'gave Infinity to step 2 of 2 of an answer',
    ],
    [earning(() => ({ score: 1, steps: [] })), 'reward-unusable', 'gave 0 step rewards to an answer of 2 steps'],
    [earning(broken), 'reward-failed', '"outcome" failed on an answer to question q7: no such judge'],
    [taking(() => NaN), 'reward-unusable', '"length" wants to take NaN off an answer to question q7'],
    [taking(() => -1), 'reward-unusable', '"length" wants to take -1 off an answer'],
    [taking(broken), 'reward-failed', '"length" failed on an answer to question q7: no such judge'],
  ])('%#: %s %s', (given, code, words) => {
    const earn = () => rewardOf(facts({ steps: 2, promise: [0.5, 0.5, 0.5] }), plain, 'q7', given);
    expect(earn).toThrow(words);
    try {
      earn();
    } catch (error) {
      expect(isRewardError(error)).toBe(true);
      expect(error).toMatchObject({ code, facts: { kept: expect.stringContaining('before this one') as string } });
    }
  });

  test('a judge that says NaN is found, whichever reward listens to it', () => {
    for (const reward of ['shaped', 'minimum', 'paper', 'code'] as const)
      expect(() => rewardOf(facts({ promise: [0.5, NaN, 0.5] }), config({ reward }), 'q7'), reward).toThrow(/NaN/);
  });

  test('other errors are not taken for one', () => expect(isRewardError(new Error('x'))).toBe(false));
});
