import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { WorkbenchError } from '@core/errors';

/** Rows of a JSONL file that the host wrote for this job. @throws WorkbenchError `job-input-damaged` with file and line */
export function readJsonl<T>(path: string | null, schema: z.ZodType<T>, what: string): T[] {
  if (path === null) {
    throw new WorkbenchError('internal', `This job was started without its ${what}.`, { code: 'job-input-missing' });
  }
  const rows: T[] = [];
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      if (line.trim() === '') return;
      rows.push(parseLine(line, schema, `${path}, line ${index + 1}`, what));
    });
  return rows;
}

function parseLine<T>(line: string, schema: z.ZodType<T>, where: string, what: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw new WorkbenchError(
      'internal',
      `The ${what} of this job cannot be read.`,
      { code: 'job-input-damaged', where, wayOut: 'Start the run again.' },
      { cause },
    );
  }
}
