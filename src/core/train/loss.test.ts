import { describe, expect, it } from 'vitest';
import { Program } from '../ops/program';
import { evaluateProgram } from '../ops/reference';
import { tensor64, type Tensor64 } from '../tensor/tensor64';
import { LOSS_BUILDERS, type LossName } from './loss';

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

describe('the policy loss', () => {
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
