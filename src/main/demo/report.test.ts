import { describe, expect, it } from 'vitest';
import { parseDemoArguments, parseRealDemoArguments } from './arguments';
import { table } from './report';

describe('table', () => {
  it('pads columns to their widest cell and aligns numbers right', () => {
    expect(
      table(
        ['stage', 's', 'made'],
        [
          ['sft', '12.0', 'a'],
          ['search', '3.5', 'bc'],
        ],
      ),
    ).toBe(['stage      s  made', '──────  ────  ────', 'sft     12.0  a', 'search   3.5  bc'].join('\n'));
  });
});

describe('parseDemoArguments', () => {
  it('reads seed, quick and json', () => {
    expect(parseDemoArguments(['--seed', '7', '--quick', '--json', 'r.json'])).toEqual({
      seed: 7,
      quick: true,
      json: 'r.json',
      data: null,
    });
  });

  it('names the usage when something is off', () => {
    expect(() => parseDemoArguments(['--seed', 'x'])).toThrow(/whole number/);
    expect(() => parseDemoArguments(['--sede', '1'])).toThrow(/sede/);
    expect(() => parseRealDemoArguments(['--model', 'm'])).toThrow(/file of questions/);
  });
});
