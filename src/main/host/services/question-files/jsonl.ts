import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { excerpt, type FileRow } from './question-file';

/** Rows of a file with one JSON object a line, read as a stream. Empty lines are skipped. */
export async function* readJsonLines(path: string): AsyncGenerator<FileRow> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  for await (const raw of lines) {
    line++;
    const text = line === 1 ? raw.replace(/^\uFEFF/, '') : raw;
    if (text.trim() === '') continue;
    const cells = parseObject(text);
    yield typeof cells === 'string' ? { line, problem: cells, excerpt: excerpt(text) } : { line, cells };
  }
}

/** The object that a text is, or what is wrong with it in words. @param what the text as a sentence calls it */
export function parseObject(text: string, what = 'This line'): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${what} is not a JSON object.`;
    return { ...value };
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? ` (${error.message.replace(/ in JSON.*$| is not valid JSON$/, '')})` : '';
    return `${what} is not valid JSON${detail}.`;
  }
}
