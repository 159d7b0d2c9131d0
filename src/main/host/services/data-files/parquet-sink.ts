import { open } from 'node:fs/promises';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { ColumnType, LayoutColumn } from '@core/dataset/layouts/layout';
import type { DataRow, RowSink } from './row-sink';

/** Rows of one row group: what is in memory at once, and what a reader has to read at least. */
const GROUP_ROWS = 2000;

/** A Parquet file, Snappy, a row group at a time. */
export async function openParquet(path: string, columns: readonly LayoutColumn[]): Promise<RowSink> {
  const file = await open(path, 'w');
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: 'RFTT Workbench' });
  let pending: DataRow[] = [];
  const flush = async (rows: readonly DataRow[]) => {
    if (rows.length === 0) return;
    const columnData = columns.map(({ name, type }) => ({ name, data: rows.map((row) => cellOf(row[name], type)) }));
    void writer.write({ columnData, rowGroupSize: rows.length });
    await drain();
  };
  const drain = async () => {
    await file.appendFile(bytes.getBytes());
    // The offset goes on counting: places in the file's index refer to it.
    bytes.index = 0;
  };
  return {
    async write(rows) {
      pending.push(...rows);
      if (pending.length < GROUP_ROWS) return;
      await flush(pending);
      pending = [];
    },
    async finish() {
      await flush(pending);
      void writer.finish();
      await drain();
      await file.sync();
      await file.close();
    },
    abandon: () => file.close(),
  };
}

function cellOf(value: unknown, type: ColumnType): unknown {
  if (value === undefined || value === null) return null;
  return type === 'int' ? BigInt(value as number) : value;
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const satisfies Partial<SchemaElement>;

/** The leaf of each type of column that is no group. */
const LEAVES = {
  string: TEXT,
  int: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
} as const satisfies Readonly<Record<string, Partial<SchemaElement>>>;

function schemaOf(columns: readonly LayoutColumn[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap(elementsOf)];
}

function elementsOf({ name, type }: LayoutColumn): SchemaElement[] {
  if (typeof type === 'object') {
    const fields = type.turns.map((field): SchemaElement => ({ name: field, repetition_type: 'OPTIONAL', ...TEXT }));
    return [
      ...listHead(name),
      { name: 'element', repetition_type: 'OPTIONAL', num_children: fields.length },
      ...fields,
    ];
  }
  if (type === 'strings' || type === 'booleans') {
    const leaf = type === 'strings' ? LEAVES.string : LEAVES.boolean;
    return [...listHead(name), { name: 'element', repetition_type: 'OPTIONAL', ...leaf }];
  }
  return [{ name, repetition_type: 'OPTIONAL', ...LEAVES[type] }];
}

/** The two levels that Parquet wants around the elements of a list. */
function listHead(name: string): SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ];
}
