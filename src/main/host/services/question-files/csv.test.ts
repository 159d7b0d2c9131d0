import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { parseCsv } from './csv';

const cell = fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '"', '\n', ' ', 'é'), maxLength: 8 });
// A row of blanks is an empty line to every reader of CSV.
const row = fc.tuple(cell, cell).filter((cells) => cells.some((text) => text.trim() !== ''));

it('gives back every cell that a CSV writer wrote, with the line it began in', () => {
  const check = fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
    const text = Papa.unparse([['question', 'answer'], ...rows], { newline: '\n', quotes: true });
    let line = 2;
    const expected = rows.map(([question, answer]) => {
      const at = line;
      line += 1 + [question, answer].join('').split('\n').length - 1;
      return { line: at, cells: { question, answer } };
    });
    expect([...parseCsv(text)]).toEqual(expected);
  });
  fc.assert(check, { numRuns: 300 });
});
