import { describe, expect, test } from 'vitest';
import { checkPrompt, EMPTY_PROMPTS, withText } from './prompt-draft';
import { NO_TRIAL, takeTrialEvent } from './trial-state';

const template = { file: 'a.txt', actions: ['clarify'] as ['clarify'], after: null, text: '{{question}} Again.' };

describe('a prompt', () => {
  test('put back to the text of its set is no longer changed', () => {
    const once = withText(EMPTY_PROMPTS, template, 'x');
    expect(once.texts).toEqual({ 'a.txt': 'x' });
    expect(withText(once, template, template.text).texts).toEqual({});
  });

  test.each([
    ['', 'message', 'Write what the model is asked.'],
    ['Say it again.', 'message', 'Put {{question}} where the question belongs.'],
    ['{{question}} {{stps}}', 'message', '“{{stps}}” is no placeholder. Choose one of those named below.'],
    ['{{question}} {{steps', 'message', '“{{steps” is no placeholder. Choose one of those named below.'],
    ['{{question}} {{steps}}', 'message', null],
    ['{{steps}}Next :', 'continuation', null],
    ['\\boxed{} of {{question}}', 'message', null],
  ] as const)('%j as %s: %s', (text, layout, complaint) => {
    expect(checkPrompt(text, layout)).toBe(complaint);
  });
});

test('a trial grows with its events and ends with the tidied text', () => {
  const end = { text: 'tidy', isTruncated: false, tokens: 3, seconds: 1, verdict: null, check: null };
  const events = [
    { type: 'opening' },
    { type: 'asked', message: 'm', continuation: '' },
    { type: 'written', text: 'Step: ti' },
    { type: 'finished', ...end },
  ] as const;
  const states = events.map((_event, i) => events.slice(0, i + 1).reduce(takeTrialEvent, NO_TRIAL));
  expect(states.map(({ phase }) => phase)).toEqual(['opening', 'opening', 'writing', 'finished']);
  expect(states.at(-1)).toMatchObject({ text: 'tidy', asked: { message: 'm' } });
});
