import { describe, expect, it } from 'vitest';
import { Program } from '../ops/program';
import { evaluateProgram } from '../ops/reference';
import { tensor64, type Tensor64 } from '../tensor/tensor64';
import { hasFixtures, readJsonFixture } from '../testing/fixtures';
import { LOSS_BUILDERS, type KlEstimator, type LossName } from './loss';

type Matrix = number[][];

interface GoldenLoss {
  readonly aggregation: Aggregation;
  readonly loss: number;
  readonly grad: Matrix;
}
interface GoldenCase {
  readonly name: string;
  readonly mask: Matrix;
  readonly logp_new: Matrix;
  readonly logp_old: Matrix;
  readonly logp_ref: Matrix;
  readonly reinforce_pp: readonly { readonly advantages: Matrix }[];
  readonly sequence_advantages: Readonly<Record<string, number[]>>;
  readonly policy_losses: readonly (GoldenLoss & {
    readonly advantages: string;
    readonly clip_low: number;
    readonly clip_high: number;
    readonly dual_clip: number | null;
  })[];
  readonly grpo_with_kl: readonly (GoldenLoss & { readonly kl: KlEstimator; readonly beta: number })[];
  readonly statistics: { readonly ratio_mean: number; readonly clip_fraction: number };
}
interface GoldenFile {
  readonly hyperparameters: { readonly clip_low: number; readonly clip_high: number; readonly dr_grpo_horizon: number };
  readonly cases: readonly GoldenCase[];
}

type Aggregation = 'token-mean' | 'seq-mean-token-mean' | 'seq-mean-token-sum' | 'seq-mean-token-sum-norm';

/** Every aggregation of the field is a choice of token weights under one normaliser. */
const WEIGHTS: Readonly<
  Record<Aggregation, (mask: Matrix, horizon: number) => { weights: Matrix; normaliser: number }>
> = {
  'token-mean': (mask) => ({ weights: mask, normaliser: mask.flat().reduce((a, b) => a + b, 0) }),
  'seq-mean-token-mean': (mask) => ({
    weights: mask.map((row) =>
      row.map(
        (value) =>
          value /
          Math.max(
            1,
            row.reduce((a, b) => a + b, 0),
          ),
      ),
    ),
    normaliser: mask.length,
  }),
  'seq-mean-token-sum': (mask) => ({ weights: mask, normaliser: mask.length }),
  'seq-mean-token-sum-norm': (mask, horizon) => ({ weights: mask, normaliser: mask.length * horizon }),
};

const vector = (values: readonly number[]) => tensor64([values.length], values);

/** Evaluates a loss on log-probabilities directly: its totals, and its derivative by each of them. */
function evaluateLoss(name: LossName, feeds: Record<string, Tensor64>): Record<string, Tensor64> {
  const program = new Program(name);
  const builder = LOSS_BUILDERS[name];
  const length = feeds['logProbs']?.dims[0] ?? 0;
  const perToken = ['weights', ...builder.perToken].map((each) => [each, program.input(each, [length])] as const);
  const scalars = ['inverseNormaliser', ...builder.scalars].map((each) => [each, program.input(each, [1])] as const);
  const logProbs = program.input('logProbs', [length], { requiresGrad: true });
  const { coefficients, totals } = builder.build(program, logProbs, Object.fromEntries([...perToken, ...scalars]));
  program.output('coefficients', coefficients);
  for (const [each, value] of Object.entries(totals)) program.output(each, value);
  expect(Object.keys(totals).sort()).toEqual([...builder.totals].sort());
  return evaluateProgram(program, feeds);
}

function policyFeeds(
  golden: GoldenCase,
  advantages: Matrix,
  aggregation: Aggregation,
  horizon: number,
  options: { low: number; high: number; beta: number },
): Record<string, Tensor64> {
  const { weights, normaliser } = WEIGHTS[aggregation](golden.mask, horizon);
  return {
    logProbs: vector(golden.logp_new.flat()),
    weights: vector(weights.flat()),
    inverseNormaliser: vector([1 / normaliser]),
    oldLogProbs: vector(golden.logp_old.flat()),
    refLogProbs: vector(golden.logp_ref.flat()),
    advantages: vector(advantages.flat()),
    ratioLow: vector([1 - options.low]),
    ratioHigh: vector([1 + options.high]),
    klCoefficient: vector([options.beta]),
  };
}

function advantagesOf(golden: GoldenCase, name: string): Matrix {
  if (name === 'reinforce_pp') return golden.reinforce_pp[1]?.advantages ?? [];
  const perSequence = golden.sequence_advantages[name === 'grpo' ? 'grpo_trl' : name];
  return golden.mask.map((row, index) => row.map(() => perSequence?.[index] ?? Number.NaN));
}

function expectGolden(results: Record<string, Tensor64>, expected: GoldenLoss): void {
  expect(Math.abs((results['loss']?.data[0] ?? Number.NaN) - expected.loss)).toBeLessThan(1e-10);
  expected.grad
    .flat()
    .forEach((value, index) =>
      expect(Math.abs((results['coefficients']?.data[index] ?? Number.NaN) - value)).toBeLessThan(1e-10),
    );
}

describe.runIf(hasFixtures)('the policy loss', () => {
  const { cases, hyperparameters } = hasFixtures
    ? readJsonFixture<GoldenFile>('rl', 'losses.json')
    : { cases: [], hyperparameters: { clip_low: 0, clip_high: 0, dr_grpo_horizon: 0 } };
  const horizon = hyperparameters.dr_grpo_horizon;

  it.each(cases)('gives the golden clipped losses and gradients of "$name", in every aggregation', (golden) => {
    const losses = golden.policy_losses.filter((loss) => loss.dual_clip === null);
    expect(losses.length).toBeGreaterThan(4);
    for (const loss of losses) {
      const options = { low: loss.clip_low, high: loss.clip_high, beta: 0 };
      expectGolden(
        evaluateLoss(
          'policy-k3',
          policyFeeds(golden, advantagesOf(golden, loss.advantages), loss.aggregation, horizon, options),
        ),
        loss,
      );
    }
  });

  it.each(cases)('gives the golden losses with each KL estimator of "$name"', (golden) => {
    const options = { low: hyperparameters.clip_low, high: hyperparameters.clip_high };
    for (const loss of golden.grpo_with_kl) {
      const feeds = policyFeeds(golden, advantagesOf(golden, 'grpo_trl'), loss.aggregation, horizon, {
        ...options,
        beta: loss.beta,
      });
      expectGolden(evaluateLoss(`policy-${loss.kl}`, feeds), loss);
    }
  });

  it.each(cases)('counts the clipped tokens of "$name" and their mean ratio', (golden) => {
    const options = { low: hyperparameters.clip_low, high: hyperparameters.clip_high, beta: 0 };
    const totals = evaluateLoss(
      'policy-k1',
      policyFeeds(golden, advantagesOf(golden, 'reinforce_pp'), 'token-mean', horizon, options),
    );
    const tokens = totals['tokens']?.data[0] ?? 0;
    expect((totals['clippedTokens']?.data[0] ?? Number.NaN) / tokens).toBeCloseTo(golden.statistics.clip_fraction, 12);
    expect((totals['ratio']?.data[0] ?? Number.NaN) / tokens).toBeCloseTo(golden.statistics.ratio_mean, 12);
  });

  it('reads nothing under the mask, however large', () => {
    const feeds = {
      logProbs: vector([-1, -400]),
      weights: vector([1, 0]),
      inverseNormaliser: vector([1]),
      oldLogProbs: vector([-1, 500]),
      refLogProbs: vector([-1, 900]),
    };
    const results = evaluateLoss('policy-k3', {
      ...feeds,
      advantages: vector([2, 7]),
      ratioLow: vector([0.8]),
      ratioHigh: vector([1.2]),
      klCoefficient: vector([0.1]),
    });
    expect([results['loss']?.data[0], ...(results['coefficients']?.data ?? [])]).toEqual([-2, -2, 0]);
  });
});

describe('the likelihood loss', () => {
  it('is the weighted mean of -log p, with its derivative', () => {
    const results = evaluateLoss('nll', {
      logProbs: vector([-1, -2, -3]),
      weights: vector([1, 0, 0.5]),
      inverseNormaliser: vector([0.5]),
    });
    // (1·1 + 0.5·3) / 2
    expect(results['loss']?.data[0]).toBe(1.25);
    expect([...(results['coefficients']?.data ?? [])].map((value) => value + 0)).toEqual([-0.5, 0, -0.25]);
  });
});
