import { ShapeError } from '../errors';
import { add, exp, multiply, shift } from '../ops/elementwise';
import { fence } from '../ops/fence';
import { matmul } from '../ops/linear-algebra';
import { gatherColumns, pickColumn, replaceColumn } from '../ops/lookup';
import { logSoftmax } from '../ops/normalise';
import { operand } from '../ops/operand';
import type { Program, Var } from '../ops/program';
import { concat, reshape, split } from '../ops/shape';
import type { LearningRows } from './weights';

/** What a loss makes of the log-probabilities of some tokens: the derivative by each, and sums to report. */
export interface LossTerms {
  /** [n] derivative of the whole loss by each log-probability. */
  readonly coefficients: Var;
  /** Scalars [1] that add up over chunks and micro-batches. */
  readonly totals: Readonly<Record<string, Var>>;
}

export interface HeadOptions {
  /** [N, D] */
  readonly hidden: Var;
  /** [V, D] */
  readonly weight: Var;
  /** [N] int64 */
  readonly targets: Var;
  /** Further values for each token, [N] each; cut into the same chunks. */
  readonly perToken: Readonly<Record<string, Var>>;
  /** Runs of tokens whose [n, V] logits are in memory one after the other. */
  readonly chunks: number;
  readonly loss: (logProbs: Var, perToken: Readonly<Record<string, Var>>) => LossTerms;
  /** Set when only some rows of the weight learn. */
  readonly learning: LearningRows | null;
  /** What has been gathered for the weight, or for its learning rows, so far. */
  readonly gathered: Var | null;
}

export interface HeadResult {
  /** [N] log-probability of each target, nats. */
  readonly logProbs: Var;
  readonly totals: Readonly<Record<string, Var>>;
  /** [N, D] derivative of the loss by the hidden states. */
  readonly toHidden: Var;
  /** Derivative by the weight, or by its learning rows; null when neither learns. */
  readonly toWeight: Var | null;
  /** What was gathered for it on the way, each made from the one before and read by the next alone. */
  readonly towardsWeight: readonly Var[];
}

/**
 * Output head, log-softmax, loss and their gradient in one go: with p = softmax(h·Wᵀ) and c the derivative by each log-probability,
 * the gradient is −c·e with the excess e = p − onehot, so that ∂h = −c·(e·W) and ∂W = −eᵀ·(c·h). Nothing but two products, one softmax and one
 * exponential touches a matrix of N×V, and each chunk's is gone before the next one is made.
 */
export function buildHead(program: Program, options: HeadOptions): HeadResult {
  const { hidden, weight, targets, perToken, chunks, loss, learning } = options;
  const tokens = hidden.dims[0] ?? 1;
  const cut = (value: Var) => program.applyAll(split(chunks), value);
  const hiddenParts = cut(hidden);
  const targetParts = cut(targets);
  const names = Object.keys(perToken);
  const perTokenParts = Object.values(perToken).map(cut);

  const logProbs: Var[] = [];
  const toHidden: Var[] = [];
  let totals: Record<string, Var> = {};
  let toWeight: Var | null = options.gathered;
  const towardsWeight: Var[] = [];
  hiddenParts.forEach((part, chunk) => {
    const target = operand(targetParts, chunk);
    // Everything that reads the previous chunk's logits comes first: what is left for later would keep them.
    const previous = [toHidden.at(-1), logProbs.at(-1), chunk > 0 ? toWeight : null].filter((value) => value != null);
    const h = previous.length > 0 ? program.apply(fence, part, ...previous) : part;
    const logP = program.apply(logSoftmax, program.apply(matmul({ transB: true }), h, weight));
    const picked = program.apply(pickColumn, logP, target);
    logProbs.push(picked);
    const terms = loss(
      picked,
      Object.fromEntries(names.map((name, index) => [name, operand(operand(perTokenParts, index), chunk)])),
    );
    totals = addTotals(program, totals, terms.totals);

    // By way of the picked ones, so that the last reader of `logP` comes before a third matrix of its size.
    const short = program.apply(shift(-1), program.apply(exp, picked));
    const excess = program.apply(replaceColumn, program.apply(exp, logP), target, short);
    const c = program.apply(reshape([h.dims[0] ?? 1, 1]), terms.coefficients);
    toHidden.push(program.apply(multiply, program.apply(matmul({ alpha: -1 }), excess, weight), c));
    if (weight.requiresGrad || learning) {
      if (toWeight && chunk > 0) towardsWeight.push(toWeight);
      const columns = learning ? program.apply(gatherColumns, excess, learning.ids) : excess;
      const product = matmul({ transA: true, alpha: -1 });
      toWeight = program.apply(product, columns, program.apply(multiply, h, c), ...(toWeight ? [toWeight] : []));
      checkShape(toWeight, learning ? learning.rows : weight);
    }
  });
  return {
    logProbs: program.apply(concat(tokens), ...logProbs),
    totals,
    toHidden: program.apply(concat(tokens), ...toHidden),
    toWeight,
    towardsWeight,
  };
}

/** Forward only: log-probability of each target, [N]. */
export function buildLogProbs(program: Program, hidden: Var, weight: Var, targets: Var, chunks: number): Var {
  const targetParts = program.applyAll(split(chunks), targets);
  const parts = program.applyAll(split(chunks), hidden).map((part, chunk) => {
    const logP = program.apply(logSoftmax, program.apply(matmul({ transB: true }), part, weight));
    return program.apply(pickColumn, logP, operand(targetParts, chunk));
  });
  return program.apply(concat(hidden.dims[0] ?? 1), ...parts);
}

function checkShape(gradient: Var, { dims }: Var): void {
  if (gradient.dims.join() !== dims.join())
    throw new ShapeError(`head: the gradient [${gradient.dims.join(', ')}] does not fit [${dims.join(', ')}].`);
}

function addTotals(
  program: Program,
  before: Readonly<Record<string, Var>>,
  more: Readonly<Record<string, Var>>,
): Record<string, Var> {
  return Object.fromEntries(
    Object.entries(more).map(([name, value]) => {
      const known = before[name];
      return [name, known ? program.apply(add, known, value) : value];
    }),
  );
}
