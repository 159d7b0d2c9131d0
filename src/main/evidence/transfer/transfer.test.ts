import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePromptSet } from '@core/prompts/prompt-set';
import { createRng } from '@core/random/rng';
import { encodeClosed } from '@core/tasks/embedded/vocabulary';
import { answerVerifier, compareAnswers } from '@core/tasks/verifier';
import { drawLesson } from './lesson';
import { afterTurn, drawProblems, endOf, exchange, questionText, referenceOf, splitOf } from './shuffle-problem';
import { finalText, nextStepText, verifyText } from './shuffle-solution';

const WORKBOOK = parsePromptSet(
  Object.fromEntries(
    readdirSync('resources/prompts/workbook').map((file) => [
      file,
      readFileSync(`resources/prompts/workbook/${file}`, 'utf8'),
    ]),
  ),
);
const problems = drawProblems(createRng('rows'), 'test', 60);

test('exchanges keep the things and move two of them', () => {
  expect(exchange(['a', 'b', 'c', 'd'], [1, 3])).toEqual(['c', 'b', 'a', 'd']);
  expect(
    afterTurn(
      ['a', 'b', 'c', 'd'],
      [
        [1, 2],
        [2, 3],
      ],
    ),
  ).toEqual(['b', 'c', 'a', 'd']);
  for (const problem of problems) expect([...endOf(problem)].sort()).toEqual([...problem.row].sort());
});

test('questions are different, belong to their split, and come again with the same seed', () => {
  expect(new Set(problems.map(questionText)).size).toBe(60);
  expect(problems.every((problem) => splitOf(problem) === 'test')).toBe(true);
  expect(drawProblems(createRng('rows'), 'test', 60)).toEqual(problems);
});

describe('the checker', () => {
  test('takes the row at the end and no other, whatever stands between the things', () => {
    for (const problem of problems) {
      const reference = referenceOf(problem);
      const end = endOf(problem);
      expect(answerVerifier.verify(finalText(end), reference)).toMatchObject({ answer: end.join(' '), isRight: true });
      expect(compareAnswers(end.join(', '), reference).equal).toBe(true);
      const other = exchange(end, [1, 4]);
      expect(answerVerifier.verify(finalText(other), reference).isRight).toBe(false);
      expect(compareAnswers(end.slice(1).join(' '), reference).equal).toBe(false);
    }
  });
});

test('every lesson is in the words of the embedded model, and its checks are right', () => {
  const rng = createRng('lessons');
  const seen = { right: 0, wrong: 0, fixed: 0, ends: 0 };
  for (let i = 0; i < 400; i++) {
    const lesson = drawLesson(rng);
    for (const text of [lesson.prompt, ...lesson.lines.map((line) => line.text)])
      expect(() => encodeClosed(text), text).not.toThrow();
    const texts = lesson.lines.map(({ text }) => text);
    const check = texts.findIndex((text) => text.startsWith('Check :'));
    if (check < 0) {
      seen.ends += Number(WORKBOOK.isFinal(texts.at(-1)!));
      continue;
    }
    // What is checked is read and not taught; a check that finds it wrong is followed by the right line.
    expect(lesson.lines.slice(0, check).some(({ isTrained }) => isTrained)).toBe(false);
    const verdict = WORKBOOK.verdictOf(texts[check]!)!;
    seen[verdict] += 1;
    const [, have, find] = /have (.+) , find (.+) \. That/.exec(texts[check]!)!;
    expect(have === find).toBe(verdict === 'right');
    expect(texts[check - 1]).toContain(`= ${have} .`);
    expect(texts.length - check - 1).toBe(verdict === 'wrong' ? 1 : 0);
    if (verdict === 'wrong') {
      expect(texts[check + 1]).toMatch(new RegExp(`^Fix : .* = ${find} \\.$`));
      seen.fixed += 1;
    }
  }
  expect(seen.right).toBeGreaterThan(40);
  expect(seen.wrong).toBeGreaterThan(30);
  expect(seen.fixed).toBe(seen.wrong);
  expect(seen.ends).toBeGreaterThan(150);
});

test('lines fit the limits of the prompt set', () => {
  for (const { row, turns } of problems) {
    const turn = turns[0]!;
    const end = afterTurn(row, turn);
    expect(encodeClosed(nextStepText(turn, row, end)).length).toBeLessThan(
      WORKBOOK.manifest.actions.next_step.maxTokens,
    );
    expect(encodeClosed(verifyText(turn, row, end)).length).toBeLessThan(WORKBOOK.manifest.actions.verify.maxTokens);
  }
});
