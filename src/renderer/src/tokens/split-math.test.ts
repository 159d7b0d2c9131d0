import { describe, expect, it } from 'vitest';
import { splitMath } from './split-math';

describe('splitMath', () => {
  it.each([
    [
      'so $x^2$ is',
      [
        { kind: 'text', source: 'so ' },
        { kind: 'inline', source: 'x^2' },
        { kind: 'text', source: ' is' },
      ],
    ],
    ['$$a$$', [{ kind: 'display', source: 'a' }]],
    [
      '\\(a\\) and \\[b\\]',
      [
        { kind: 'inline', source: 'a' },
        { kind: 'text', source: ' and ' },
        { kind: 'display', source: 'b' },
      ],
    ],
    [
      'is \\boxed{\\frac{1}{2}}.',
      [
        { kind: 'text', source: 'is ' },
        { kind: 'inline', source: '\\boxed{\\frac{1}{2}}' },
        { kind: 'text', source: '.' },
      ],
    ],
    ['it costs $5 and $6', [{ kind: 'text', source: 'it costs $5 and $6' }]],
    ['plain', [{ kind: 'text', source: 'plain' }]],
  ])('splits %s', (text, parts) => {
    expect(splitMath(text)).toEqual(parts);
  });
});
