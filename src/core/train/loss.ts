import { backward } from '../autodiff/backward';
import type { LossTerms } from '../nn/head';
import { absolute, add, exp, isAtMost, maximum, minimum, multiply, scale, shift, subtract } from '../ops/elementwise';
import { operand } from '../ops/operand';
import type { Program, Var } from '../ops/program';
import { reshape, sum } from '../ops/shape';

/** Estimators of KL(π ‖ reference) from one sample, d = log π − log reference: d, d²/2, e^(−d) − 1 + d (Schulman 2020). */
export const KL_ESTIMATORS = ['k1', 'k2', 'k3'] as const;
export type KlEstimator = (typeof KL_ESTIMATORS)[number];

/** Σ w·(−log p) / normaliser. */
export interface NllLoss {
  readonly kind: 'nll';
  readonly normaliser: number;
}

/**
 * Clipped policy gradient with a token-level KL term, summed over tokens with their weights and divided by the normaliser:
 * −min(ρA, clip(ρ, 1 − low, 1 + high)·A) + β·k(new, ref), ρ = exp(new − old).
 * Arrays go row by row with the rows given to `accumulate`, element i belonging to `ids[i]`; what lies where the weight is 0 is not read.
 * @see Schulman et al. 2017, arXiv:1707.06347, eq. 7; clipHigh ≠ clipLow: Yu et al. 2025, arXiv:2503.14476
 */
export interface PolicyLoss {
  readonly kind: 'policy';
  readonly normaliser: number;
  readonly oldLogProbs: readonly ArrayLike<number>[];
  /** Empty where there is no reference; `klCoefficient` is 0 then. */
  readonly refLogProbs: readonly ArrayLike<number>[];
  readonly advantages: readonly ArrayLike<number>[];
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klCoefficient: number;
  readonly klEstimator: KlEstimator;
}

/**
 * Binary cross-entropy of the head that judges: Σ w·(−y·log σ − (1 − y)·log(1 − σ)) / normaliser, σ being the judgement of all ids up to and
 * with `ids[i − 1]`, w the row's weight at i and y its label there. So a step that ends with id e has weight and label at e + 1.
 */
export interface ValueLoss {
  readonly kind: 'value';
  readonly normaliser: number;
  /** Row by row, [ids.length] each, in [0, 1]. */
  readonly labels: readonly ArrayLike<number>[];
}

export type TrainingLoss = NllLoss | PolicyLoss | ValueLoss;

/** A loss as the graph builder sees it. */
export interface LossBuilder {
  /** Inputs with one value for each token, besides the weights. */
  readonly perToken: readonly string[];
  /** Scalar inputs [1], besides `inverseNormaliser`. */
  readonly scalars: readonly string[];
  /** Names of the sums that come out; `loss` is among them. */
  readonly totals: readonly string[];
  readonly build: (program: Program, logProbs: Var, values: Readonly<Record<string, Var>>) => LossTerms;
}

/** Builder for each kind of loss; the policy has one for each estimator, since that choice changes the graph. */
export const LOSS_BUILDERS = {
  nll: { perToken: [], scalars: [], totals: ['loss'], build: buildNll },
  // The two classes of a label are two targets of one position, each with its share of the weight.
  value: { perToken: [], scalars: [], totals: ['loss'], build: buildNll },
  'policy-k1': policyBuilder('k1'),
  'policy-k2': policyBuilder('k2'),
  'policy-k3': policyBuilder('k3'),
} satisfies Record<string, LossBuilder>;

export type LossName = keyof typeof LOSS_BUILDERS;

export function lossNameOf(loss: TrainingLoss): LossName {
  return loss.kind === 'policy' ? `policy-${loss.klEstimator}` : loss.kind;
}

function buildNll(
  program: Program,
  logProbs: Var,
  { weights, inverseNormaliser }: Readonly<Record<string, Var>>,
): LossTerms {
  const scaled = program.apply(multiply, required(weights), required(inverseNormaliser));
  const loss = total(program, program.apply(scale(-1), program.apply(multiply, scaled, logProbs)));
  return { coefficients: program.apply(scale(-1), scaled), totals: { loss } };
}

function policyBuilder(estimator: KlEstimator): LossBuilder {
  return {
    perToken: ['oldLogProbs', 'refLogProbs', 'advantages'],
    scalars: ['ratioLow', 'ratioHigh', 'klCoefficient'],
    totals: ['loss', 'clippedTokens', 'tokens', 'kl', 'ratio'],
    build: (program, logProbs, values) => buildPolicy(program, logProbs, values, estimator),
  };
}

/** Divergence of each token, [n], as a function of d = log π − log reference. */
const DIVERGENCE: Readonly<Record<KlEstimator, (program: Program, d: Var) => Var>> = {
  k1: (_, d) => d,
  k2: (program, d) => program.apply(scale(0.5), program.apply(multiply, d, d)),
  k3: (program, d) => program.apply(shift(-1), program.apply(add, program.apply(exp, program.apply(scale(-1), d)), d)),
};

function buildPolicy(
  program: Program,
  logProbs: Var,
  values: Readonly<Record<string, Var>>,
  estimator: KlEstimator,
): LossTerms {
  const { weights, inverseNormaliser, oldLogProbs, refLogProbs, advantages, ratioLow, ratioHigh, klCoefficient } =
    values;
  const scaled = program.apply(multiply, required(weights), required(inverseNormaliser));
  // 1 where the token counts. Differences are multiplied with it before exp, so that nothing under the mask can overflow.
  const mask = program.apply(
    subtract,
    one(program, scaled),
    program.apply(isAtMost, program.apply(absolute, required(weights)), zero(program, scaled)),
  );

  const from = program.steps.length;
  const ratio = program.apply(
    exp,
    program.apply(multiply, program.apply(subtract, logProbs, required(oldLogProbs)), mask),
  );
  const clipped = program.apply(minimum, program.apply(maximum, ratio, required(ratioLow)), required(ratioHigh));
  const free = program.apply(multiply, ratio, required(advantages));
  const objective = program.apply(minimum, free, program.apply(multiply, clipped, required(advantages)));
  const d = program.apply(multiply, program.apply(subtract, logProbs, required(refLogProbs)), mask);
  const divergence = DIVERGENCE[estimator](program, d);
  const perToken = program.apply(subtract, program.apply(multiply, divergence, required(klCoefficient)), objective);
  const coefficients = operand(
    [backward(program, { seeds: new Map([[perToken, scaled]]), wrt: [logProbs], from }).get(logProbs) ?? null],
    0,
  );

  // A token is clipped where the smaller objective is not the free one.
  const isFree = program.apply(isAtMost, free, objective);
  const isClipped = program.apply(multiply, program.apply(subtract, one(program, isFree), isFree), mask);
  return {
    coefficients,
    totals: {
      loss: total(program, program.apply(multiply, perToken, scaled)),
      clippedTokens: total(program, isClipped),
      tokens: total(program, mask),
      kl: total(program, program.apply(multiply, divergence, mask)),
      ratio: total(program, program.apply(multiply, ratio, mask)),
    },
  };
}

function total(program: Program, values: Var): Var {
  return program.apply(reshape([1]), program.apply(sum([0]), values));
}

function zero(program: Program, like: Var): Var {
  return program.apply(scale(0), like);
}

function one(program: Program, like: Var): Var {
  return program.apply(shift(1), zero(program, like));
}

function required(value: Var | undefined): Var {
  return operand([value ?? null], 0);
}
