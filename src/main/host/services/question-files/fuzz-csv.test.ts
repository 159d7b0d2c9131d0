import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT, mutateText } from '@core/testing/mutants';
import { parseCsv } from './csv';

const FILES = [
  'question,answer\n"One, and one?",2\n"Two\nlines",3\n\nplain,"a ""quoted"" cell"\n',
  'id;question;answer\r\n1;a;b\r\n2;"c;d";e\r\n',
  'question\tanswer\na\tb\n',
];

it(
  'a damaged CSV file is read, or its rows are reported by their line, and nothing else happens',
  () => {
    const outcome = fuzz('csv', {
      mutate: (rng) => mutateText(FILES, rng),
      sizeOf: (text) => text.length,
      parse(text) {
        const lines = text.split(/\r\n|\n|\r/).length;
        let rows = 0;
        for (const { line } of parseCsv(text)) {
          rows++;
          if (line < 1 || line > lines) throw new RangeError(`line ${line} of ${lines}`);
        }
        if (rows > lines) throw new RangeError(`${rows} rows of ${lines} lines`);
      },
    });
    expect(outcome.refused).toBeLessThan(1);
  },
  FUZZ_TIMEOUT,
);
