import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { errorCode } from '../../../engine/run-state';
import { readCsv } from './csv';
import { readJsonList } from './json-list';
import { readJsonLines } from './jsonl';
import { readParquet } from './parquet';
import type { QuestionFile } from './question-file';

const READERS = {
  json: (path) => ({ format: 'jsonl', rows: () => readJsonList(path) }),
  jsonl: (path) => ({ format: 'jsonl', rows: () => readJsonLines(path) }),
  csv: (path) => ({ format: 'csv', rows: () => readCsv(path) }),
  parquet: (path) => ({ format: 'parquet', rows: () => readParquet(path) }),
} satisfies Readonly<Record<string, (path: string) => QuestionFile>>;

/** Bytes at the start of a file by which its format is told. */
const SNIFF_BYTES = 4096;
const CSV_ENDINGS = new Set(['.csv', '.tsv', '.txt']);

/**
 * Recognises a file of questions or examples by its content, and by its name where the content could be several things.
 * @throws WorkbenchError `file-missing`, `file-unreadable`, `file-empty`, `question-format`
 */
export async function openQuestionFile(path: string): Promise<QuestionFile> {
  const head = await readHead(path);
  if (head.length === 0) {
    throw new WorkbenchError('validation', `${path} is empty.`, {
      code: 'file-empty',
      where: path,
      wayOut: 'Choose a file that holds rows.',
    });
  }
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return READERS.parquet(path);
  const isBinary = head.includes(0);
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  const ending = extname(path).toLowerCase();
  if (!isBinary && text.startsWith('[')) return READERS.json(path);
  if (!isBinary && (ending === '.jsonl' || ending === '.ndjson' || text.startsWith('{'))) return READERS.jsonl(path);
  if (!isBinary && CSV_ENDINGS.has(ending)) return READERS.csv(path);
  throw new WorkbenchError('unsupported', `${path} is neither JSON nor CSV nor Parquet.`, {
    code: 'question-format',
    where: path,
    wayOut: 'Convert it to one of these three formats.',
  });
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const isMissing = errorCode(cause) === 'ENOENT';
    throw new WorkbenchError(
      isMissing ? 'not_found' : 'external',
      isMissing ? `${path} is not there.` : `${path} cannot be read.`,
      {
        code: isMissing ? 'file-missing' : 'file-unreadable',
        where: path,
        wayOut: 'Choose a file that exists and that you may read.',
      },
      { cause },
    );
  }
}
