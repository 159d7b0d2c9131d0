import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import {
  answerOf,
  applyOperation,
  BIG_SIZE,
  DEEP_SIZE,
  drawProblem,
  FAMILY_SIZE,
  isTestSequence,
  renderQuestion,
  sequenceOf,
  SMALL_SIZE,
  splitOf,
} from './problem';
import { solveStory } from './testing/read-story';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe('problems', () => {
  it('keep every value an integer within its bounds, quotients exact', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(SMALL_SIZE, FAMILY_SIZE, DEEP_SIZE, BIG_SIZE), (seed, size) => {
        const problem = drawProblem(createRng(seed), size, 'any');
        let value = problem.start;
        for (const [i, operation] of problem.operations.entries()) {
          if (operation.kind === '/') expect(value % operation.operand).toBe(0);
          value = applyOperation(value, operation.kind, operation.operand);
          expect(value).toBe(problem.values[i + 1]);
          expect(value).toBeGreaterThanOrEqual(1);
          expect(value).toBeLessThanOrEqual(size.valueMax);
        }
        expect(answerOf(problem)).toBe(value);
      }),
    );
  });

  it('are told so that the story alone gives the answer back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = drawProblem(createRng(seed), FAMILY_SIZE, 'any');
        expect(solveStory(renderQuestion(problem))).toBe(answerOf(problem));
      }),
    );
  });

  it('are split by sequence for the test and by text for validation, about 1 in 5 sequences and 1 in 20 texts', () => {
    const rng = createRng('splits');
    const problems = Array.from({ length: 3000 }, () => drawProblem(rng, FAMILY_SIZE, 'any'));
    const long = [...new Set(problems.map(sequenceOf))].filter((sequence) => sequence.length >= 3);
    const testShare = long.filter(isTestSequence).length / long.length;
    expect(testShare).toBeGreaterThan(0.14);
    expect(testShare).toBeLessThan(0.26);
    const rest = problems.filter((problem) => splitOf(problem) !== 'test');
    const validationShare = rest.filter((problem) => splitOf(problem) === 'validation').length / rest.length;
    expect(validationShare).toBeGreaterThan(0.03);
    expect(validationShare).toBeLessThan(0.07);
  });
});
