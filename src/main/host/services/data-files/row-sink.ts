import type { DataFormat } from '@contracts/example-files';
import type { LayoutColumn } from '@core/dataset/layouts/layout';
import { openJsonLines } from './jsonl-sink';
import { openParquet } from './parquet-sink';

export type DataRow = Readonly<Record<string, unknown>>;

/** Takes rows of a file that grows on the disk; nothing of it stays in memory but the rows of one call. */
export interface RowSink {
  write(rows: readonly DataRow[]): Promise<void>;
  /** Writes what belongs to the end, and brings everything to the disk. */
  finish(): Promise<void>;
  /** Gives the file up; it is left as it is. */
  abandon(): Promise<void>;
}

type OpenSink = (path: string, columns: readonly LayoutColumn[]) => Promise<RowSink>;

export const SINKS: { readonly [F in DataFormat]: OpenSink } = { jsonl: openJsonLines, parquet: openParquet };
