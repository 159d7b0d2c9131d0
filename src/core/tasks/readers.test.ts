import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DATA, hasData } from '../testing/fixtures';
import { readQuestionLines, suggestColumns } from './readers';

test.skipIf(!hasData).each([
  ['gsm8k/train.jsonl', 7473, '72'],
  ['multiarith/test.jsonl', 600, '39'],
  ['mawps/singleop.jsonl', 562, null],
])('%s is read by its layout', (path, count, first) => {
  const { questions, rejected } = readQuestionLines(readFileSync(join(DATA, path), 'utf8'), path);
  expect(questions.length + rejected.length).toBe(count);
  expect(rejected.every((row) => row.reason.startsWith('The same question'))).toBe(true);
  if (first !== null) expect(questions[0]!.referenceAnswer).toBe(first);
  expect(new Set(questions.map((question) => question.id)).size).toBe(questions.length);
});

test.skipIf(!hasData).each([
  ['aime24/test.jsonl', 30],
  ['gsm_hard/test.jsonl', 1319],
  ['mawps/addsub.jsonl', 395],
  ['mawps/singleeq.jsonl', 508],
])('%s is read by its layout, every row a question or a repeated one', (path, count) => {
  const { questions, rejected } = readQuestionLines(readFileSync(join(DATA, path), 'utf8'), path);
  expect(questions.length + rejected.length).toBe(count);
  expect(rejected.every((row) => row.reason.startsWith('The same'))).toBe(true);
});

test.each([
  [
    'MATH',
    { problem: 'p', level: 'Level 1', type: 'Algebra', solution: 'so \\boxed{\\frac{1}{2}}.' },
    { prompt: 'p', referenceAnswer: '\\frac{1}{2}' },
  ],
  [
    'MATH-500',
    {
      problem: 'p',
      solution: 'so \\boxed{7}',
      answer: '7',
      subject: 'Algebra',
      level: 1,
      unique_id: 'test/algebra/1.json',
    },
    { prompt: 'p', referenceAnswer: '7', id: 'test/algebra/1.json' },
  ],
  [
    'SVAMP',
    { Body: 'Tom has 3 pens.', Question: 'How many?', Answer: 3.0, Equation: '( 3 )', Type: 'Addition', ID: 'chal-1' },
    { prompt: 'Tom has 3 pens. How many?', referenceAnswer: '3', id: 'chal-1' },
  ],
  [
    'ASDiv',
    { body: 'Seven apples.', question: 'How many?', answer: '7 (apples)', formula: '7=7', solution_type: 'Addition' },
    { prompt: 'Seven apples. How many?', referenceAnswer: '7' },
  ],
  ['AMC', { id: 4, problem: 'p', answer: 27.0, url: 'u' }, { prompt: 'p', referenceAnswer: '27', id: '4' }],
  [
    'OlympiadBench',
    {
      question: 'p',
      solution: ['s'],
      final_answer: ['1', '2'],
      unit: null,
      answer_type: 'Numerical',
      is_multiple_answer: true,
      error: null,
    },
    { prompt: 'p', referenceAnswer: '1, 2' },
  ],
  [
    'MMLU',
    { question: 'Which?', choices: ['red', 'blue'], answer: 1, subject: 'x' },
    { prompt: 'Which?\n(A) red\n(B) blue', referenceAnswer: 'B' },
  ],
  [
    'multiple choice with letters',
    { question: 'Which?', options: ['red', 'blue', 'green'], answer: 'C' },
    { prompt: 'Which?\n(A) red\n(B) blue\n(C) green', referenceAnswer: 'C' },
  ],
  [
    'Game24',
    { Rank: '1', Puzzles: '1 1 4 6' },
    { prompt: expect.stringContaining('1, 1, 4, 6'), referenceAnswer: '24 using 1 1 4 6' },
  ],
])('%s is read by its published fields', (_, cells, expected) => {
  const { questions, rejected } = readQuestionLines(JSON.stringify(cells), 'x');
  expect(rejected).toEqual([]);
  expect(questions[0]).toMatchObject(expected);
});

test('a choice that the question does not have is reported', () => {
  const { rejected } = readQuestionLines('{"question":"Which?","choices":["a","b"],"answer":5}', 'x');
  expect(rejected[0]?.reason).toContain('letter of answer');
});

test('bad rows are reported with their line and reason', () => {
  const text = [
    '{"question":"1+1?","answer":"2"}',
    '{"question":"","answer":"2"}',
    'not json',
    '[1]',
    '',
    '{"question":"2+2?"}',
    '{"question":"1+1?","answer":"3"}',
    '{"question":"3+3?","answer":"\\\\boxed{}"}',
    '{"question":"What is <verify>?","answer":6}',
  ].join('\n');
  const { questions, rejected } = readQuestionLines(text, 'mine.jsonl');
  expect(questions.map((question) => question.referenceAnswer)).toEqual(['2', '6']);
  expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4, 6, 7, 8]);
  expect(rejected[4]!.reason).toContain('line 1');
});

test('unknown columns are refused by name', () => {
  expect(() => readQuestionLines('{"a":"b"}', 'mine.jsonl')).toThrow(/mine\.jsonl.*a/);
  expect(suggestColumns(['x', 'input', 'target'])?.name).toBe('mawps');
  expect(readQuestionLines('', 'mine.jsonl')).toEqual({ questions: [], rejected: [] });
});
