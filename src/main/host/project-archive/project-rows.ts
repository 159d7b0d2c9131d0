import type { ReadableDb, WritableDb } from '../store/sql';

/** A table whose rows belong to projects, directly or through others. */
interface ProjectTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly isText: boolean }[];
  /** The one INTEGER PRIMARY KEY column, whose values SQLite gives; null where the key is something else. */
  readonly integerKey: string | null;
  readonly references: readonly { readonly column: string; readonly table: string; readonly to: string }[];
}

/** The name under which the other database is attached. */
const INCOMING = 'incoming';

/**
 * Every table that leads to `projects` by its references. Read off the schema, so that a later step's tables take part by themselves;
 * settings and drafts lead nowhere and stay out.
 */
export function listProjectTables(db: ReadableDb): ProjectTable[] {
  const tables = (db.pragma('table_list') as { schema: string; name: string; type: string }[])
    .filter(({ schema, name, type }) => schema === 'main' && type === 'table' && !name.startsWith('sqlite_'))
    .map(({ name }) => describeTable(db, name));
  const found = new Set(['projects']);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const { name, references } of tables) if (references.some(({ table }) => found.has(table))) found.add(name);
  }
  return tables.filter(({ name }) => found.has(name));
}

/**
 * Copies every project's rows of the database file at `path` into `db`, in one transaction. Keys that SQLite gave move past those that are
 * there, and references with them; all other ids stay.
 * @param after called inside the transaction with the first new key of each table that has such keys
 */
export function copyProjectRows(
  db: WritableDb,
  path: string,
  after: (firstKeyOf: (table: string) => number) => void = () => undefined,
): void {
  const tables = listProjectTables(db);
  db.prepare(`ATTACH DATABASE ? AS ${INCOMING}`).run(path);
  try {
    db.transaction(() => {
      // Rows refer to rows of tables that come later, and to rows of their own table.
      db.pragma('defer_foreign_keys = ON');
      const shifts = new Map(tables.map((table) => [table.name, highestKey(db, table)]));
      for (const table of tables) copyTable(db, table, tables, shifts);
      after((table) => (shifts.get(table) ?? 0) + 1);
    })();
  } finally {
    db.exec(`DETACH DATABASE ${INCOMING}`);
  }
}

/** Replaces a text wherever it stands in the rows of projects; in JSON columns it stands as JSON writes it. */
export function replaceInRows(db: WritableDb, from: string, to: string): void {
  if (from === '') throw new RangeError('Nothing cannot be replaced.');
  for (const { name, columns } of listProjectTables(db)) {
    for (const column of columns) {
      if (!column.isText) continue;
      const [search, put] = column.name.endsWith('_json') ? [inJson(from), inJson(to)] : [from, to];
      db.prepare(
        `UPDATE "${name}" SET "${column.name}" = replace("${column.name}", $search, $put) WHERE instr("${column.name}", $search) > 0`,
      ).run({ search, put });
    }
  }
}

function copyTable(
  db: WritableDb,
  table: ProjectTable,
  tables: readonly ProjectTable[],
  shifts: ReadonlyMap<string, number>,
): void {
  const shiftOf = (column: string): number => {
    if (column === table.integerKey) return shifts.get(table.name) ?? 0;
    const reference = table.references.find((one) => one.column === column);
    const target = reference && tables.find(({ name }) => name === reference.table);
    return target && target.integerKey === reference.to ? (shifts.get(target.name) ?? 0) : 0;
  };
  const names = table.columns.map(({ name }) => `"${name}"`);
  const values = table.columns.map(({ name }) => (shiftOf(name) > 0 ? `"${name}" + ${shiftOf(name)}` : `"${name}"`));
  db.exec(
    `INSERT INTO main."${table.name}" (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${INCOMING}."${table.name}"`,
  );
}

function highestKey(db: ReadableDb, { name, integerKey }: ProjectTable): number {
  if (integerKey === null) return 0;
  return Number(db.prepare(`SELECT coalesce(max("${integerKey}"), 0) FROM main."${name}"`).pluck().get());
}

function describeTable(db: ReadableDb, name: string): ProjectTable {
  const columns = db.pragma(`table_info("${name}")`) as { name: string; type: string; pk: number }[];
  const keys = columns.filter(({ pk }) => pk > 0);
  const [key] = keys;
  const references = db.pragma(`foreign_key_list("${name}")`) as { table: string; from: string; to: string | null }[];
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, isText: column.type === 'TEXT' })),
    integerKey: keys.length === 1 && key?.type === 'INTEGER' ? key.name : null,
    // Every reference of our schema names its column.
    references: references.map(({ table, from, to }) => ({ column: from, table, to: to ?? '' })),
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
