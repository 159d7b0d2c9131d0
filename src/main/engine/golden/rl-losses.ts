import {
  batchNormalised,
  byGroup,
  discountedReturns,
  GROUP_RULES,
  spread,
  standardise,
  tokenRewards,
  type Rows,
} from '@core/train/rl/advantages';
import type { Aggregation } from '@core/train/rl/aggregation';
import { klPerToken, type KlEstimatorName } from '@core/train/rl/kl';
import { klLoss, policyLoss, reinforceLoss, sequencePolicyLoss } from '@core/train/rl/policy-loss';
import { RL_ALGORITHMS } from '@core/train/rl/registry';
import { Worst } from './compare';
import type { Part } from './golden-set';

export interface Graded {
  readonly loss: number;
  readonly grad: number[][];
}

/** One entry of `cases` in losses.json; see the formulas in the fixtures' README. */
export interface LossCase {
  readonly name: string;
  readonly mask: number[][];
  readonly logp_new: number[][];
  readonly logp_old: number[][];
  readonly logp_ref: number[][];
  readonly rewards: number[];
  readonly groups: number[];
  readonly step_rewards: number[][];
  readonly kl_old_ref: Readonly<Record<KlEstimatorName, number[][]>>;
  readonly kl_new_ref: Readonly<Record<KlEstimatorName, Graded & { readonly per_token: number[][] }>>;
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
  readonly sequence_advantages: Readonly<Record<string, number[]>>;
  readonly policy_losses: readonly (Graded & {
    readonly advantages: string;
    readonly clip_low: number;
    readonly clip_high: number;
    readonly dual_clip: number | null;
    readonly aggregation: Aggregation;
  })[];
  readonly reinforce_without_ratio: readonly (Graded & { readonly aggregation: Aggregation })[];
  readonly grpo_with_kl: readonly (Graded & {
    readonly kl: KlEstimatorName;
    readonly beta: number;
    readonly aggregation: Aggregation;
  })[];
  readonly rloo_sequence: Graded & { readonly advantages: number[]; readonly rewards_with_kl: number[] };
  readonly statistics: { readonly ratio_mean: number; readonly clip_fraction: number };
}

export interface LossesFile {
  readonly hyperparameters: {
    readonly beta: number;
    readonly clip_low: number;
    readonly clip_high: number;
    readonly dr_grpo_horizon: number;
  };
  readonly cases: readonly LossCase[];
}

const TOLERANCE = 1e-10;

/** Group advantages by the file's names. */
const GROUP_ADVANTAGES: Readonly<Record<string, (scores: readonly number[]) => number[]>> = {
  grpo_trl: GROUP_RULES.standardised,
  grpo_openrlhf: (scores) => standardise(scores, { correction: 1, eps: 1e-9 }),
  grpo_population: (scores) => standardise(scores, { correction: 0, eps: 1e-4 }),
  dr_grpo: GROUP_RULES.centred,
  rloo: GROUP_RULES.leaveOneOut,
};

/** The group advantages that a policy loss of the file is over. */
const SEQUENCE_OF: Readonly<Record<string, string>> = { grpo: 'grpo_trl', dr_grpo: 'dr_grpo', rloo: 'rloo' };

/** Advantage of each token that a policy loss is over; Reinforce++ takes the file's second entry. */
export function advantagesOf(golden: LossCase, name: string): Rows {
  if (name === 'reinforce_pp') return golden.reinforce_pp[1]?.advantages ?? [];
  return spread(golden.sequence_advantages[SEQUENCE_OF[name] ?? name] ?? [], golden.mask);
}

/** Notes the error at each real token; under the mask nothing but 0 is right. */
export function noteRows(worst: Worst, actual: Rows, expected: Rows, mask: Rows, where: string): void {
  mask.forEach((row, b) =>
    Array.from(row).forEach((real, t) =>
      worst.note(real === 0 ? 0 : Math.abs((actual[b]?.[t] ?? Number.NaN) - (expected[b]?.[t] ?? Number.NaN)), where),
    ),
  );
}

/** The golden gradient is 0 under the mask, so everything is compared. */
function noteGraded(worst: Worst, actual: { loss: number; grad: Rows }, golden: Graded, where: string): void {
  worst.note(Math.abs(actual.loss - golden.loss), where);
  actual.grad.forEach((row, b) =>
    Array.from(row).forEach((value, t) => worst.note(Math.abs(value - (golden.grad[b]?.[t] ?? Number.NaN)), where)),
  );
}

/** The formulas in double precision. */
export function lossParts({ cases, hyperparameters }: LossesFile): Part[] {
  return cases.flatMap((golden) =>
    Object.entries(FORMULAS).map(([name, note]) => ({
      name: `${golden.name}: ${name}`,
      measure: () => {
        const worst = new Worst();
        note(worst, golden, hyperparameters);
        return worst.finding(TOLERANCE);
      },
    })),
  );
}

type Formula = (worst: Worst, golden: LossCase, hyperparameters: LossesFile['hyperparameters']) => void;

const ESTIMATORS = ['k1', 'k2', 'k3'] as const;

const klOf = ({ logp_old: old, logp_ref: ref }: LossCase, estimator: KlEstimatorName) =>
  old.map((row, b) => klPerToken(estimator, row, ref[b] ?? []));

const FORMULAS: Readonly<Record<string, Formula>> = {
  'divergence of each token': (worst, golden) => {
    for (const estimator of ESTIMATORS)
      noteRows(worst, klOf(golden, estimator), golden.kl_old_ref[estimator], golden.mask, estimator);
  },
  'divergence as a loss': (worst, { kl_new_ref: expected, logp_new, logp_ref, mask }, { dr_grpo_horizon: horizon }) => {
    for (const estimator of ESTIMATORS) {
      const loss = klLoss(estimator, logp_new, logp_ref, mask, 'token-mean', horizon);
      noteGraded(worst, loss, expected[estimator], estimator);
    }
  },
  'token rewards, returns and their normalisation': (worst, golden, { beta }) => {
    const { mask } = golden;
    for (const row of golden.reinforce_pp) {
      const where = `${row.kl}, gamma ${row.gamma}`;
      const steps = row.step_rewards ? golden.step_rewards : undefined;
      const rewards = tokenRewards(golden.rewards, klOf(golden, row.kl), mask, beta, steps);
      noteRows(worst, rewards, row.token_rewards, mask, `rewards, ${where}`);
      const returns = discountedReturns(rewards, row.gamma);
      noteRows(worst, returns, row.returns, mask, `returns, ${where}`);
      const normalised = batchNormalised(returns, mask);
      worst.note(Math.abs(normalised.mean - row.mean), `mean, ${where}`);
      worst.note(Math.abs(normalised.variance - row.variance), `variance, ${where}`);
      noteRows(worst, normalised.rows, row.advantages, mask, `advantages, ${where}`);
    }
  },
  'advantages within a group': (worst, { rewards, groups, sequence_advantages: expected }) => {
    for (const [name, advantages] of Object.entries(expected)) {
      const rule = GROUP_ADVANTAGES[name];
      const own = rule ? byGroup(rewards, groups, rule) : [];
      advantages.forEach((value, path) => worst.note(Math.abs((own[path] ?? Number.NaN) - value), name));
    }
  },
  'advantages of the registered algorithms': (worst, golden, { beta }) => {
    const { mask } = golden;
    const batch = {
      scores: golden.rewards,
      groups: golden.groups.map(String),
      mask,
      stepRewards: mask.map((row) => row.map(() => 0)),
      oldLogProbs: golden.logp_old,
      refLogProbs: golden.logp_ref,
    };
    const check = (
      name: keyof typeof RL_ALGORITHMS,
      expected: Rows,
      { gamma = 1, klCoefficient = beta, klEstimator = 'k1' as KlEstimatorName, stepRewards = batch.stepRewards } = {},
    ) => {
      const config = { klCoefficient, klEstimator, gamma };
      const own = RL_ALGORITHMS[name].advantages({ ...batch, stepRewards }, config);
      noteRows(worst, own, expected, mask, name);
    };
    for (const { kl: klEstimator, gamma, step_rewards: withSteps, advantages } of golden.reinforce_pp) {
      const stepRewards = withSteps ? golden.step_rewards : batch.stepRewards;
      check('reinforce-plus-plus', advantages, { gamma, klEstimator, stepRewards });
    }
    check('reinforce-baseline', golden.reinforce_pp_baseline.advantages);
    check('grpo', advantagesOf(golden, 'grpo'));
    check('dr-grpo', advantagesOf(golden, 'dr_grpo'));
    check('rloo', spread(golden.rloo_sequence.advantages, mask));
    check('rloo', advantagesOf(golden, 'rloo'), { klCoefficient: 0 });
  },
  'policy losses': (worst, golden, { dr_grpo_horizon: horizon }) => {
    for (const row of golden.policy_losses) {
      const loss = policyLoss({
        newLogProbs: golden.logp_new,
        oldLogProbs: golden.logp_old,
        advantages: advantagesOf(golden, row.advantages),
        mask: golden.mask,
        clip: { clipLow: row.clip_low, clipHigh: row.clip_high, dualClip: row.dual_clip },
        aggregation: row.aggregation,
        horizon,
      });
      noteGraded(worst, loss, row, `${row.advantages}, ${row.aggregation}`);
    }
  },
  'policy losses without a ratio': (worst, golden, { dr_grpo_horizon: horizon }) => {
    const advantages = advantagesOf(golden, 'reinforce_pp');
    for (const row of golden.reinforce_without_ratio) {
      const loss = reinforceLoss(golden.logp_new, advantages, golden.mask, row.aggregation, horizon);
      noteGraded(worst, loss, row, row.aggregation);
    }
  },
  'policy losses with divergence': (worst, golden, { clip_low, clip_high, dr_grpo_horizon: horizon }) => {
    for (const row of golden.grpo_with_kl) {
      const loss = policyLoss({
        newLogProbs: golden.logp_new,
        oldLogProbs: golden.logp_old,
        advantages: advantagesOf(golden, 'grpo'),
        mask: golden.mask,
        clip: { clipLow: clip_low, clipHigh: clip_high, dualClip: null },
        aggregation: row.aggregation,
        horizon,
        kl: { refLogProbs: golden.logp_ref, estimator: row.kl, beta: row.beta },
      });
      noteGraded(worst, loss, row, `${row.kl}, ${row.aggregation}`);
    }
  },
  'one ratio for a whole path': (worst, golden, { clip_low, clip_high }) => {
    const { logp_new, logp_old, mask, rloo_sequence: expected } = golden;
    const clip = { clipLow: clip_low, clipHigh: clip_high, dualClip: null };
    noteGraded(worst, sequencePolicyLoss(logp_new, logp_old, expected.advantages, mask, clip), expected, 'rloo');
  },
};
