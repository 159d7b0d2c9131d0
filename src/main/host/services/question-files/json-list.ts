import { createReadStream } from 'node:fs';
import { WorkbenchError } from '@core/errors';
import { parseObject } from './jsonl';
import { excerpt, type FileRow } from './question-file';

/** A longer element is no row but a damaged file: a bracket that closes nothing. */
const LONGEST_ELEMENT = 64 * 2 ** 20;

/** Rows of a file that is one JSON list of objects, an element at a time. @throws WorkbenchError `json-list-damaged` */
export async function* readJsonList(path: string): AsyncGenerator<FileRow> {
  const scanner = createListScanner(path);
  for await (const chunk of createReadStream(path, 'utf8')) yield* scanner.take(String(chunk));
  yield* scanner.finish();
}

/** Finds the elements of a list in text that comes in pieces. Lines are those in which an element begins. */
export function createListScanner(path: string) {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let element = '';
  let line = 1;
  let startLine = 1;
  let hasEnded = false;

  const damaged = (message: string) =>
    new WorkbenchError('validation', `${path}, line ${line}: ${message}`, {
      code: 'json-list-damaged',
      where: `line ${line}`,
      kept: 'Nothing was stored.',
      wayOut: 'Mend the file, or write one JSON object a line and name it .jsonl.',
    });
  function* close(): Generator<FileRow> {
    const text = element.trim();
    element = '';
    if (text === '') return;
    const cells = parseObject(text, 'This element');
    yield typeof cells === 'string'
      ? { line: startLine, problem: cells, excerpt: excerpt(text) }
      : { line: startLine, cells };
  }
  return {
    *take(chunk: string): Generator<FileRow> {
      for (const sign of chunk) {
        if (sign === '\n') line++;
        if (depth === 0) {
          if (sign === '[' && !hasEnded) depth = 1;
          else if (sign.trim() !== '' && sign !== '\uFEFF')
            throw damaged(hasEnded ? 'there is text after the list.' : 'this is not a list of objects.');
          continue;
        }
        if (isInString) {
          element += sign;
          if (isEscaped) isEscaped = false;
          else if (sign === '\\') isEscaped = true;
          else if (sign === '"') isInString = false;
          continue;
        }
        if (depth === 1 && (sign === ',' || sign === ']')) {
          yield* close();
          if (sign === ']') {
            depth = 0;
            hasEnded = true;
          }
          continue;
        }
        if (element === '' && sign.trim() === '') continue;
        if (element === '') startLine = line;
        element += sign;
        if (element.length > LONGEST_ELEMENT) throw damaged('this element never ends.');
        if (sign === '"') isInString = true;
        else if (sign === '{' || sign === '[') depth++;
        else if (sign === '}' || sign === ']') depth--;
      }
    },
    *finish(): Generator<FileRow> {
      if (depth > 0)
        yield { line: startLine, problem: 'The file ends inside this element.', excerpt: excerpt(element) };
    },
  };
}
