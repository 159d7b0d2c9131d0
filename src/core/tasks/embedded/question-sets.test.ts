import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { isTestSequence } from './problem';
import { drawQuestionSet } from './question-sets';
import { sequenceOfStory, solveStory } from './testing/read-story';

describe('question sets', () => {
  it('hold distinct questions of their split with right answers', () => {
    for (const name of ['validation', 'test'] as const) {
      const questions = drawQuestionSet(createRng(name), name);
      expect(new Set(questions.map((question) => question.question)).size).toBe(questions.length);
      for (const { question, answer } of questions) {
        expect(solveStory(question)).toBe(Number(answer));
        expect(isTestSequence(sequenceOfStory(question))).toBe(name === 'test');
      }
    }
  });
});
