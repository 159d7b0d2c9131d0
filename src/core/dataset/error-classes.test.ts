import { describe, expect, it } from 'vitest';
import { comparableText, findErrorClasses } from './error-classes';

const right = {
  steps: [
    { token: 'next_step', text: '1 + 1 = 2' },
    { token: 'output', text: '2' },
  ],
  referenceAnswer: '2',
  tokenCount: 20,
};

describe('error classes of an example', () => {
  it.each([
    ['nothing is wrong', right, []],
    ['an answer in other words', { ...right, referenceAnswer: '2.0' }, []],
    ['another answer', { ...right, referenceAnswer: '3' }, ['wrong-answer']],
    ['no last step', { ...right, steps: right.steps.slice(0, 1) }, ['illegal-order']],
    ['steps in a wrong order', { ...right, steps: right.steps.toReversed() }, ['illegal-order']],
    [
      'a token in the text',
      { ...right, steps: [{ token: 'next_step', text: 'so <verify> 2' }, right.steps[1]!] },
      ['unclosed-token'],
    ],
    ['a token nobody knows', { ...right, steps: [{ token: 'ponder', text: '2' }, right.steps[1]!] }, ['illegal-order']],
    ['more tokens than are trained on', { ...right, tokenCount: 1025 }, ['too-long']],
    ['no right answer known', { ...right, referenceAnswer: '' }, []],
  ])('%s', (_, example, expected) => {
    expect(findErrorClasses(example)).toEqual(expected);
  });
});

it('takes examples that differ in spaces and case for the same', () => {
  expect(comparableText('What  is 1?', [{ text: 'One\n' }])).toBe(comparableText('what is 1?', [{ text: 'one' }]));
  expect(comparableText('a', [{ text: 'b' }])).not.toBe(comparableText('a', [{ text: 'c' }]));
});
