import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
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
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += CHUNK_ROWS) {
      const rowEnd = Math.min(total, rowStart + CHUNK_ROWS);
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
      // A damaged count would have this go on without end.
      if (rows.length < rowEnd - rowStart)
        throw new RangeError(`${total} rows are promised, ${rowStart + rows.length} are there`);
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
