import { describe, expect, it } from 'vitest';
import { createToyModel } from '@core/testing/toy-arithmetic';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { watchBoundaries } from './boundary-watch';

const { tokenizer } = createToyModel();
const tokens = functionalTokenIds(tokenizer);
const word = tokenizer.encode('1')[0]!;
const EVEN = new Float32Array(8).fill(Math.log(1 / 8));

/** Feeds ids as a sequence would, answering whatever is watched. */
function feed(ids: readonly number[], begun: readonly number[] = []) {
  const seen: number[] = [];
  const watch = watchBoundaries(tokens, begun, (id) => seen.push(id));
  for (const id of ids) watch.sampled({ id, logProb: 0, watched: watch.watch?.([]) ? EVEN : null });
  return { boundaries: watch.takeBoundaries(), seen };
}

const step = (name: 'next_step' | 'output') => [tokens.open[name]!, word, tokens.close[name]!, ...tokens.newline];

describe('watchBoundaries', () => {
  it('watches the start and the place after each closed step', () => {
    const ids = [...step('next_step'), ...step('output'), tokens.eos[0]!];
    const { boundaries, seen } = feed(ids);
    expect(boundaries.map(({ at, chosen }) => [at, chosen])).toEqual([
      [0, 'next_step'],
      [step('next_step').length, 'output'],
      [step('next_step').length + step('output').length, null],
    ]);
    expect(boundaries[0]?.probabilities.map(({ probability }) => probability)).toEqual(
      Array.from({ length: 8 }, () => expect.closeTo(1 / 8, 6) as number),
    );
    expect(seen).toEqual(ids);
  });

  it('watches nothing inside a step, nor in plain text after the start', () => {
    expect(feed([word, word, word]).boundaries.map(({ at }) => at)).toEqual([0]);
    expect(feed([tokens.open['next_step']!, word, word]).boundaries.map(({ at }) => at)).toEqual([0]);
  });

  it('goes on from a beginning, forced token included', () => {
    const begun = [...step('next_step'), tokens.open['output']!];
    expect(
      feed([word, tokens.close['output']!, ...tokens.newline, word], begun).boundaries.map(({ at }) => at),
    ).toEqual([begun.length + 2 + tokens.newline.length]);
    expect(feed([tokens.open['output']!], step('next_step')).boundaries.map(({ at }) => at)).toEqual([
      step('next_step').length,
    ]);
  });
});
