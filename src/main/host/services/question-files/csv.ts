import { readFile, stat } from 'node:fs/promises';
import Papa from 'papaparse';
import { WorkbenchError } from '@core/errors';
import { excerpt, type FileRow } from './question-file';

/** A larger file would not fit into one string. */
const MAX_BYTES = 256 * 2 ** 20;

/**
 * Rows of a comma-, semicolon- or tab-separated file whose first row names the columns. Quoted cells may hold line breaks; lines are counted
 * as an editor shows them.
 * @throws WorkbenchError `file-too-large`
 */
export async function* readCsv(path: string): AsyncGenerator<FileRow> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) {
    throw new WorkbenchError('resource', `${path} is too large for a CSV file (${Math.round(size / 2 ** 20)} MB).`, {
      code: 'file-too-large',
      where: path,
      wayOut:
        'Split it into files of at most 256 MB, or convert it to JSON lines or Parquet, which are read piece by piece.',
    });
  }
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  yield* parseCsv(text);
}

/** The same for text in memory. */
export function* parseCsv(text: string): Generator<FileRow> {
  const rows: { fields: string[]; start: number; problem: string }[] = [];
  let start = 0;
  Papa.parse<string[]>(text, {
    delimiter: guessDelimiter(text),
    skipEmptyLines: false,
    step({ data, errors, meta }) {
      const quotes = errors.find((error) => error.type === 'Quotes');
      rows.push({
        fields: data,
        start,
        problem: quotes ? 'A quotation mark is opened and never closed, or stands inside a cell.' : '',
      });
      start = meta.cursor;
    },
  });
  let line = 1;
  let counted = 0;
  let header: string[] | null = null;
  for (const row of rows) {
    line += countBreaks(text, counted, row.start);
    counted = row.start;
    if (row.fields.every((field) => field.trim() === '')) continue;
    if (!header) {
      header = row.fields.map((field) => field.trim());
      continue;
    }
    const problem = row.problem || describeWidth(row.fields, header);
    if (problem) yield { line, problem, excerpt: excerpt(row.fields.join(', ')) };
    else yield { line, cells: Object.fromEntries(header.map((name, i) => [name, row.fields[i] ?? ''])) };
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The separator that the header uses most, quoted cells left out. */
function guessDelimiter(text: string): string {
  const [header = ''] = text
    .replace(/"[^"]*"/g, '')
    .trimStart()
    .split('\n', 1);
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

function describeWidth(fields: readonly string[], header: readonly string[]): string {
  if (fields.length === header.length) return '';
  return `This row has ${fields.length} cells, the header has ${header.length}.`;
}

function countBreaks(text: string, from: number, to: number): number {
  let breaks = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}
