import { expect, it } from 'vitest';
import { diffResponses } from './sample-diff';

const step = (token: string, text: string) => `<${token}>\n${text}\n</${token}>\n`;
const shown = (before: string, after: string) =>
  diffResponses(before, after).map(({ token, parts }) => [
    token,
    parts.map(({ text, change }) => `${{ same: ' ', added: '+', removed: '-' }[change]}${text}`).join('|'),
  ]);

it('marks words within a step that both have', () => {
  expect(shown(step('output', 'The answer is 12'), step('output', 'The answer is 14'))).toEqual([
    ['output', ' The answer is |-12|+14'],
  ]);
});

it('knows the steps after one that was put in', () => {
  const before = step('next_step', '3 + 4 = 7') + step('output', '7');
  const after = step('next_step', '3 + 4 = 7') + step('verify', 'right') + step('output', '7');
  expect(shown(before, after)).toEqual([
    ['next_step', ' 3 + 4 = 7'],
    ['verify', '+right'],
    ['output', ' 7'],
  ]);
});

it('shows a step that is gone as removed', () => {
  expect(shown(step('verify', 'right') + step('output', '7'), step('output', '7'))).toEqual([
    ['verify', '-right'],
    ['output', ' 7'],
  ]);
});
