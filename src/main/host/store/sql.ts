import type { Database, RunResult, Statement } from 'better-sqlite3';
import { describeStoreError } from './store-errors';

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A database that a function may read. The first parameter of a repository function says whether it writes. */
export type ReadableDb = Database & { readonly [readable]: true };
/** A database that a function may change. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

/** What SQLite keeps. Booleans are stored as 0 and 1. */
export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlParams = Readonly<Record<string, SqlValue>>;

/** All rows of a query. `Row` is taken on trust: STRICT tables keep the declared column types. */
export function selectAll<Row>(db: ReadableDb, sql: string, params: SqlParams = {}): Row[] {
  return guarded(() => prepared(db, sql).all(params) as Row[]);
}

/** The only column of a query, which holds numbers. */
export function selectColumn(db: ReadableDb, sql: string, params: SqlParams = {}): number[] {
  return guarded(() => db.prepare(sql).pluck(true).all(params) as number[]);
}

/** The first row of a query, or undefined. */
export function selectOne<Row>(db: ReadableDb, sql: string, params: SqlParams = {}): Row | undefined {
  return guarded(() => prepared(db, sql).get(params) as Row | undefined);
}

/** Runs one writing statement. */
export function execute(db: WritableDb, sql: string, params: SqlParams = {}): RunResult {
  return guarded(() => prepared(db, sql).run(params));
}

/** Runs `work` in one transaction: all of it or, when it throws, none. Nested calls join the outer one. */
export function transaction<T>(db: WritableDb, work: () => T): T {
  return guarded(() => db.transaction(work).immediate());
}

/** A value of `COUNT(*) AS count`. */
export function count(db: ReadableDb, sql: string, params: SqlParams = {}): number {
  return selectOne<{ count: number }>(db, sql, params)?.count ?? 0;
}

/** `text` as a LIKE pattern that finds it anywhere, its own wildcards taken literally (use `ESCAPE '\'`). */
export function likeAnywhere(text: string): string {
  return `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`;
}

/** 0 or 1, as STRICT tables keep booleans. */
export function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** The same with "unknown". */
export function bitOrNull(value: boolean | null): 0 | 1 | null {
  return value === null ? null : bit(value);
}

/** JSON that the store wrote itself; its shape is the writer's. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

const statements = new WeakMap<Database, Map<string, Statement>>();

function prepared(db: Database, sql: string): Statement {
  let known = statements.get(db);
  if (!known) statements.set(db, (known = new Map()));
  let statement = known.get(sql);
  if (!statement) known.set(sql, (statement = db.prepare(sql)));
  return statement;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw describeStoreError(error);
  }
}
