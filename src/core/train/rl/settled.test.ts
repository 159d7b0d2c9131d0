import { expect, test } from 'vitest';
import { RlConfigSchema } from './rl-config';
import { isGivenUp, isSettled } from './settled';

const right = { answer: '7', isRight: true };
const wrong = { answer: '8', isRight: false };
const none = { answer: null, isRight: false };

test.each([
  ['right ones', [right, right], true],
  ['a right and a wrong one', [right, wrong], false],
  ['a wrong one and one without answer, which earn differently', [wrong, none], false],
  ['different wrong ones', [wrong, { answer: '9', isRight: false }], true],
])('%s', (_, ends, settled) => expect(isSettled(ends, RlConfigSchema.parse({}))).toBe(settled));

test('a question is given up only when asked, after enough paths, and when all ended alike', () => {
  const config = RlConfigSchema.parse({ settledAfter: 3 });
  expect(isGivenUp([right, right], config)).toBe(false);
  expect(isGivenUp([right, right, right], config)).toBe(true);
  expect(isGivenUp([right, wrong, right, right], config)).toBe(false);
  expect(isGivenUp([right, right, right], RlConfigSchema.parse({}))).toBe(false);
  // Where settled questions are learned from, none is spared.
  expect(isGivenUp([right, right, right], { ...config, skipSettled: false })).toBe(false);
});
