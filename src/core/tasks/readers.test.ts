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
