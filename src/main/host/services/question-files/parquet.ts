import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { WorkbenchError } from '@core/errors';
import type { FileRow } from './question-file';

/** Rows read at a time. */
const CHUNK_ROWS = 5000;

/** Rows of a Parquet file, a piece at a time. @throws WorkbenchError `parquet-damaged` */
export async function* readParquet(path: string): AsyncGenerator<FileRow> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    for (const { rowStart, rowEnd } of listChunks(metadata)) {
      const rows = await readChunk({ file, metadata, compressors, rowStart, rowEnd });
      for (const [index, cells] of rows.entries()) yield { line: rowStart + index + 1, cells };
    }
  } catch (cause) {
    if (cause instanceof WorkbenchError) throw cause;
    throw new WorkbenchError(
      'validation',
      `${path} cannot be read as Parquet.`,
      {
        code: 'parquet-damaged',
        where: path,
        wayOut: 'Check that the file was copied whole; or convert it to JSON lines or CSV.',
      },
      { cause },
    );
  }
}

/** Runs of rows within one row group each. */
function* listChunks({ row_groups: groups }: FileMetaData): Generator<{ rowStart: number; rowEnd: number }> {
  let begin = 0;
  for (const { num_rows: count } of groups) {
    const end = begin + Number(count);
    for (let rowStart = begin; rowStart < end; rowStart += CHUNK_ROWS)
      yield { rowStart, rowEnd: Math.min(end, rowStart + CHUNK_ROWS) };
    begin = end;
  }
}

interface Chunk {
  readonly file: Awaited<ReturnType<typeof asyncBufferFromFile>>;
  readonly metadata: FileMetaData;
  readonly compressors: typeof compressors;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/**
 * The rows of one chunk, read column by column: the library reads columns and row groups at once, and where two of them are damaged, the
 * second failure has nobody who waits for it and ends the whole process.
 */
async function readChunk(chunk: Chunk): Promise<readonly Record<string, unknown>[]> {
  const count = chunk.rowEnd - chunk.rowStart;
  const rows: Record<string, unknown>[] = [];
  for (const { element } of parquetSchema(chunk.metadata).children) {
    const cells = await parquetReadObjects({ ...chunk, columns: [element.name] });
    // A damaged count would otherwise go on without end, or leave holes.
    if (cells.length !== count) throw new RangeError(`Column "${element.name}" has ${cells.length} of ${count} rows.`);
    cells.forEach((cell, i) => (rows[i] = { ...rows[i], ...cell }));
  }
  return rows;
}
