import { describe, expect, test } from 'vitest';
import { hasFixtures, readJsonFixture } from '../../testing/fixtures';
import { batchNormalised, byGroup, discountedReturns, spread, tokenRewards, type Rows } from './advantages';
import { AGGREGATIONS, type Aggregation } from './aggregation';
import { klPerToken, type KlEstimatorName } from './kl';
import { klLoss, policyLoss, reinforceLoss, sequencePolicyLoss } from './policy-loss';
import { RL_ALGORITHMS } from './registry';

interface Graded {
  readonly loss: number;
  readonly grad: number[][];
}
interface Case {
  readonly name: string;
  readonly mask: number[][];
  readonly logp_new: number[][];
  readonly logp_old: number[][];
  readonly logp_ref: number[][];
  readonly rewards: number[];
  readonly groups: number[];
  readonly step_rewards: number[][];
  readonly kl_old_ref: Record<KlEstimatorName, number[][]>;
  readonly kl_new_ref: Record<KlEstimatorName, Graded>;
  readonly reinforce_pp: readonly {
    readonly kl: KlEstimatorName;
    readonly gamma: number;
    readonly step_rewards: boolean;
    readonly token_rewards: number[][];
    readonly returns: number[][];
    readonly mean: number;
    readonly variance: number;
    readonly advantages: number[][];
  }[];
  readonly reinforce_pp_baseline: { readonly advantages: number[][] };
  readonly sequence_advantages: Record<'grpo_trl' | 'dr_grpo' | 'rloo', number[]>;
  readonly policy_losses: readonly (Graded & {
    advantages: string;
    clip_low: number;
    clip_high: number;
    dual_clip: number | null;
    aggregation: Aggregation;
  })[];
  readonly reinforce_without_ratio: readonly (Graded & { aggregation: Aggregation })[];
  readonly grpo_with_kl: readonly (Graded & { kl: KlEstimatorName; beta: number; aggregation: Aggregation })[];
  readonly rloo_sequence: Graded & { advantages: number[]; rewards_with_kl: number[] };
}
interface Golden {
  readonly hyperparameters: {
    readonly beta: number;
    readonly clip_low: number;
    readonly clip_high: number;
    readonly dr_grpo_horizon: number;
  };
  readonly cases: readonly Case[];
}

const golden = hasFixtures ? readJsonFixture<Golden>('rl/losses.json') : null;
const {
  beta = 0,
  clip_low: clipLow = 0,
  clip_high: clipHigh = 0,
  dr_grpo_horizon: horizon = 0,
} = golden?.hyperparameters ?? {};

test.skipIf(golden === null)('finds cases to check', () => expect(golden?.cases.length).toBeGreaterThan(0));

/** Equal to 1e-10 wherever the mask is set. */
function close(actual: Rows, expected: Rows, mask: Rows): void {
  mask.forEach((row, b) =>
    Array.from(row).forEach(
      (real, t) => real !== 0 && expect(Math.abs(actual[b]![t]! - expected[b]![t]!), `${b},${t}`).toBeLessThan(1e-10),
    ),
  );
}
function graded(actual: { loss: number; grad: Rows }, expected: Graded, mask: Rows): void {
  expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-10);
  close(actual.grad, expected.grad, mask);
  actual.grad.forEach((row, b) => Array.from(row).forEach((value, t) => mask[b]![t] === 0 && expect(value).toBe(0)));
}

describe.each((golden?.cases ?? []).map((each) => [each.name, each] as const))('%s', (_name, c) => {
  const { mask } = c;
  const kl = (estimator: KlEstimatorName) => c.logp_old.map((row, b) => klPerToken(estimator, row, c.logp_ref[b]!));

  test.each(['k1', 'k2', 'k3'] as const)('%s', (estimator) => {
    close(kl(estimator), c.kl_old_ref[estimator], mask);
    graded(klLoss(estimator, c.logp_new, c.logp_ref, mask, 'token-mean', horizon), c.kl_new_ref[estimator], mask);
  });

  test('Reinforce++: token rewards, returns, advantages', () => {
    for (const row of c.reinforce_pp) {
      const rewards = tokenRewards(c.rewards, kl(row.kl), mask, beta, row.step_rewards ? c.step_rewards : undefined);
      close(rewards, row.token_rewards, mask);
      const returns = discountedReturns(rewards, row.gamma);
      close(returns, row.returns, mask);
      const normalised = batchNormalised(returns, mask);
      expect(normalised.mean).toBeCloseTo(row.mean, 12);
      expect(normalised.variance).toBeCloseTo(row.variance, 12);
      close(normalised.rows, row.advantages, mask);
    }
  });

  test('the registered algorithms give the golden advantages', () => {
    const batch = {
      scores: c.rewards,
      groups: c.groups.map(String),
      mask,
      stepRewards: mask.map((row) => row.map(() => 0)),
      oldLogProbs: c.logp_old,
      refLogProbs: c.logp_ref,
    };
    const config = { klCoefficient: beta, klEstimator: 'k1' as const, gamma: 1 };
    close(RL_ALGORITHMS['reinforce-plus-plus'].advantages(batch, config), c.reinforce_pp[0]!.advantages, mask);
    close(
      RL_ALGORITHMS['reinforce-plus-plus'].advantages({ ...batch, stepRewards: c.step_rewards }, config),
      c.reinforce_pp[3]!.advantages,
      mask,
    );
    close(RL_ALGORITHMS['reinforce-baseline'].advantages(batch, config), c.reinforce_pp_baseline.advantages, mask);
    const perPath = { grpo: 'grpo_trl', 'dr-grpo': 'dr_grpo' } as const;
    for (const [name, key] of Object.entries(perPath)) {
      close(
        RL_ALGORITHMS[name as keyof typeof perPath].advantages(batch, config),
        spread(c.sequence_advantages[key], mask),
        mask,
      );
    }
    close(RL_ALGORITHMS.rloo.advantages(batch, config), spread(c.rloo_sequence.advantages, mask), mask);
    close(
      RL_ALGORITHMS.rloo.advantages(batch, { ...config, klCoefficient: 0 }),
      spread(c.sequence_advantages.rloo, mask),
      mask,
    );
  });

  test('policy losses and gradients', () => {
    const advantages: Readonly<Record<string, Rows>> = {
      reinforce_pp: c.reinforce_pp[1]!.advantages,
      grpo: spread(byGroup(c.rewards, c.groups, 'standardised'), mask),
      dr_grpo: spread(byGroup(c.rewards, c.groups, 'centred'), mask),
      rloo: spread(byGroup(c.rewards, c.groups, 'leaveOneOut'), mask),
    };
    expect(c.policy_losses).toHaveLength(4 * 3 * AGGREGATIONS.length);
    for (const row of c.policy_losses) {
      const clip = { clipLow: row.clip_low, clipHigh: row.clip_high, dualClip: row.dual_clip };
      const input = {
        newLogProbs: c.logp_new,
        oldLogProbs: c.logp_old,
        advantages: advantages[row.advantages]!,
        mask,
        clip,
        aggregation: row.aggregation,
        horizon,
      };
      graded(policyLoss(input), row, mask);
    }
    for (const row of c.reinforce_without_ratio)
      graded(reinforceLoss(c.logp_new, advantages['reinforce_pp']!, mask, row.aggregation, horizon), row, mask);
    for (const row of c.grpo_with_kl) {
      const loss = policyLoss({
        newLogProbs: c.logp_new,
        oldLogProbs: c.logp_old,
        advantages: advantages['grpo']!,
        mask,
        clip: { clipLow, clipHigh, dualClip: null },
        aggregation: row.aggregation,
        horizon,
        kl: { refLogProbs: c.logp_ref, estimator: row.kl, beta: row.beta },
      });
      graded(loss, row, mask);
    }
    graded(
      sequencePolicyLoss(c.logp_new, c.logp_old, c.rloo_sequence.advantages, mask, {
        clipLow,
        clipHigh,
        dualClip: null,
      }),
      c.rloo_sequence,
      mask,
    );
  });
});

test('a single path of a question has no advantage', () => {
  for (const rule of ['centred', 'standardised', 'leaveOneOut'] as const)
    expect(byGroup([1], ['q'], rule)).toEqual([0]);
});
