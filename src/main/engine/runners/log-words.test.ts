import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const FOLDER = 'src/main/engine/runners';

it('every sentence that a runner writes into a log has a name, by which windows say it in their language', () => {
  const calls = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .flatMap((name) => callsOfLog(readFileSync(join(FOLDER, name), 'utf8')));
  expect(calls.length).toBeGreaterThan(20);
  // A call whose last argument is the sentence itself.
  expect(calls.filter((call) => /['`],?$/.test(call.trim()))).toEqual([]);
});

/** What each call of `log` gives after the level, as it is written. */
function callsOfLog(source: string): string[] {
  return [...source.matchAll(/\blog\(\s*[^()`]*?'(?:info|warning|error)',\s*/g)].map(({ index, 0: head }) => {
    const begin = index + head.length;
    let depth = 1;
    let at = begin;
    for (; at < source.length && depth > 0; at++) {
      const sign = source[at] ?? '';
      if ('([{'.includes(sign)) depth++;
      else if (')]}'.includes(sign)) depth--;
    }
    return source.slice(begin, at - 1);
  });
}
