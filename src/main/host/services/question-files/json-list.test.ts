import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createListScanner } from './json-list';
import type { FileRow } from './question-file';

function scan(text: string, cuts: readonly number[] = []): FileRow[] {
  const scanner = createListScanner('file.json');
  const rows: FileRow[] = [];
  let from = 0;
  for (const cut of [...cuts.map((each) => each % (text.length + 1)).toSorted((a, b) => a - b), text.length]) {
    rows.push(...scanner.take(text.slice(from, cut)));
    from = cut;
  }
  return [...rows, ...scanner.finish()];
}

it('finds every object of a list, wherever the text is cut, with the line it begins in', () => {
  const value = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 5 }), (objects, cuts) => {
      const text = `[${objects.map((each) => `\n${JSON.stringify(each)}`).join(',')}\n]\n`;
      const expected = objects.map((each, at) => ({
        line: at + 2,
        cells: JSON.parse(JSON.stringify(each)) as unknown,
      }));
      expect(scan(text, cuts)).toEqual(expected);
    }),
  );
});

it('an element that is no object costs no other', () => {
  expect(scan('[{"a":1}, 5, {"a":}, {"b":2}]')).toMatchObject([
    { cells: { a: 1 } },
    { problem: 'This element is not a JSON object.' },
    { problem: expect.stringContaining('not valid JSON') as string },
    { cells: { b: 2 } },
  ]);
});

it('a list that breaks off says so', () => {
  expect(scan('[{"a":1},\n{"b":"[').at(-1)).toMatchObject({ line: 2, problem: 'The file ends inside this element.' });
  expect(() => scan('[{"a":1}] and more')).toThrow(/text after the list/);
  expect(() => scan('{"a":1}')).toThrow(/not a list/);
});
