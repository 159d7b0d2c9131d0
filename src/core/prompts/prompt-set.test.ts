import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyCleanUps, CLEAN_UPS } from './clean-ups';
import { parsePromptSet, PROMPT_ACTIONS } from './prompt-set';

const ROOT = 'resources/prompts';
const load = (name: string) => {
  const folder = join(ROOT, name);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
};

describe.each(readdirSync(ROOT))('%s', (name) => {
  const files = load(name);
  const set = parsePromptSet(files);

  test('is named like its folder and uses every file', () => {
    expect(set.manifest.name).toBe(name);
    const named = new Set([
      'set.json',
      ...Object.values(set.manifest.actions).flatMap((action) => [action.template, ...Object.values(action.after)]),
    ]);
    expect(new Set(Object.keys(files))).toEqual(named);
  });

  test.each(PROMPT_ACTIONS)('%s shows question and steps before the request', (action) => {
    const facts = { question: 'How many {{steps}}?', steps: [{ token: 'next_step', text: 'STEP ONE' }] as const };
    const { message, continuation } = set.render(action, facts);
    const whole = `${message}\n${continuation}`;
    expect(whole).toContain('How many {{steps}}?');
    if (action !== 'clarify' || set.manifest.layout === 'continuation')
      expect(whole.replace('{{steps}}?', '')).not.toMatch(/\{\{\w+\}\}/);
    if (set.manifest.layout === 'message' && action !== 'clarify' && action !== 'verify')
      expect(message.indexOf('STEP ONE')).toBeLessThan(message.length - 60);
  });

  test('knows its own final sentence and output', () => {
    const text = set.outputText('126');
    expect(set.isFinal(text)).toBe(true);
    expect(set.statesOnlyAnswer(text)).toBe(true);
    expect(set.isFinal('37 + 66 = 103 .')).toBe(false);
    expect(set.statesOnlyAnswer('We add 37 and 66 to get 103. So the answer is 103.')).toBe(false);
  });
});

test('requests about one path share their beginning', () => {
  const set = parsePromptSet(load('instruct'));
  const facts = { question: 'Q', steps: [{ token: 'next_step', text: 'S' }] as const };
  const [a, b] = (['analysis', 'next_step'] as const).map((action) => set.render(action, facts).message);
  const shared = a!.split('').findIndex((letter, i) => letter !== b![i]);
  expect(shared).toBeGreaterThan('Question:\nQ\n\nSolution so far:\nS\n\n'.length - 1);
});

test('the step after a sub-question is asked for in its own words', () => {
  const set = parsePromptSet(load('instruct'));
  expect(
    set.render('next_step', { question: 'Q', steps: [{ token: 'subquestion', text: 'find x' }] }).message,
  ).toContain('Let us now see: find x');
});

test('workbook renders histories as the embedded model learned them', () => {
  const set = parsePromptSet(load('workbook'));
  const steps = [
    { token: 'clarify', text: 'start 37 , then + 66 .' },
    { token: 'next_step', text: '37 + 66 = 103 .' },
  ] as const;
  expect(set.render('next_step', { question: 'Q', steps }).continuation).toBe(
    'Restate : start 37 , then + 66 .\nNext : 37 + 66 = 103 .\nNext :',
  );
  expect(set.render('confirm', { question: 'Q', steps }).continuation).toBe(
    'start 37 , then + 66 .\n37 + 66 = 103 .\nCheck :',
  );
  expect(set.render('analysis', { question: 'Q', steps: [] }).continuation).toBe('Idea :');
});

test.each([
  ['workbook', 'have 93 , find 103 . That is wrong .', 'wrong'],
  ['workbook', 'have 103 , find 103 . That is right .', 'right'],
  ['workbook', 'have 103 , find 103 .', null],
  ['instruct', 'I did 3 * 4 again and got 12. This is correct.', 'right'],
  ['instruct', 'The step "3 * 4 = 13" is wrong, it should be 12.', 'wrong'],
  ['instruct', 'There is a mistake in the second step.', 'wrong'],
  ['instruct', 'Everything follows.', null],
])('%s: the verdict of “%s” is %s', (name, check, verdict) => {
  expect(parsePromptSet(load(name)).verdictOf(check)).toBe(verdict);
});

describe('clean-ups take labels, not characters', () => {
  test.each([
    // The paper's code makes "the sum of th", "mmetry…" and "find the o" of these.
    ['Brief analyse: find the sum of the series', [['drop-label', 'Brief analyse']], 'find the sum of the series'],
    [
      'By symmetry both halves are equal.',
      [['drop-label', 'Brief analyse', 'Next step']],
      'By symmetry both halves are equal.',
    ],
    ['find the original Original', [['before', 'Original']], 'find the original'],
    ['this step: 3 + 4 = 7', [['drop-label', 'Next step', 'First step']], 'this step: 3 + 4 = 7'],
    ['**Next step:** 3 + 4 = 7', [['drop-label', 'Next step', 'First step']], '3 + 4 = 7'],
    ['Step 12: 3 + 4 = 7', [['drop-label', 'Step #']], '3 + 4 = 7'],
    ['One. Two has 3.5 apples. Three? Four.', [['sentences', '3']], 'One. Two has 3.5 apples. Three?'],
    ['\nfirst\nsecond', [['first-line']], 'first'],
    ['"quoted"', [['unquote']], 'quoted'],
  ] as const)('%s', (text, rules, expected) => {
    expect(applyCleanUps(text, rules)).toBe(expected);
  });

  test('no rule throws or adds text', () => {
    for (const rule of Object.values(CLEAN_UPS))
      for (const text of ['', ' ', '\n', ':', '**']) expect(rule(text).length).toBeLessThanOrEqual(text.length);
  });
});

test.each([
  [{}, /set\.json/],
  [{ 'set.json': '{' }, /not JSON/],
  [{ ...load('workbook'), 'set.json': '{"name":"x"}' }, /description/],
  [{ 'set.json': load('workbook')['set.json']! }, /clarify\.txt/],
  [{ ...load('instruct'), 'analysis.txt': 'Think.' }, /\{\{question\}\}/],
  [{ ...load('workbook'), 'analysis.txt': '{{stesp}}' }, /placeholder/],
])('a broken set is refused by name', (files, message) => {
  expect(() => parsePromptSet(files as Record<string, string>)).toThrow(message);
});
