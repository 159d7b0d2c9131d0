import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkbenchError } from '@core/errors';
import type { ProjectId } from '@contracts/ids';
import { makeTestFolder } from '../testing/test-host';
import { DATABASE_FILE, openDatabase } from './database';
import { migrate, schemaVersion } from './migrate';
import { listProjects, insertProject } from './repositories/projects';
import { SCHEMA_STEPS } from './schema';
import { transaction, type WritableDb } from './sql';

let folder: ReturnType<typeof makeTestFolder>;
const open = (options = {}) =>
  openDatabase(folder.path, { nowMs: Date.UTC(2026, 0, 2), busyTimeoutMs: 50, ...options });
const file = () => join(folder.path, DATABASE_FILE);
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : String(error);
  }
  return 'nothing thrown';
};
const addProject = (db: WritableDb, name: string) =>
  insertProject(db, { id: name as ProjectId, name, createdAtMs: 1, isDemo: false });

beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => folder.remove());

describe('the database of a data folder', () => {
  it('keeps what was stored over a restart', () => {
    const first = open();
    addProject(first, 'kept');
    first.close();
    const second = open();
    expect(listProjects(second).map((project) => project.name)).toEqual(['kept']);
    second.close();
  });

  it('is journalled ahead, with foreign keys and full synchronisation', () => {
    const db = open();
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    db.close();
  });

  it('refuses a file that is no database and leaves it as it is', () => {
    const text = 'this was never a database, and it is long enough to have a header'.repeat(20);
    writeFileSync(file(), text);
    expect(codeOf(open)).toBe('database-corrupt');
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('finds damage inside a database', () => {
    const db = open();
    transaction(db, () => {
      for (let i = 0; i < 2000; i++) addProject(db, `project ${i} ${'x'.repeat(100)}`);
    });
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    const bytes = readFileSync(file());
    // Past the header page and the schema: rows and their index.
    bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 20_000);
    writeFileSync(file(), bytes);
    expect(codeOf(open)).toBe('database-corrupt');
  });

  it('sets a damaged file aside on request, never deleting it', () => {
    const text = 'not a database '.repeat(100);
    writeFileSync(file(), text);
    const db = open({ setAsideCorrupt: true });
    expect(listProjects(db)).toEqual([]);
    db.close();
    const aside = readdirSync(folder.path).filter((name) => name.includes('.damaged-2026-01-02'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder.path, aside[0] ?? ''), 'utf8')).toBe(text);
  });

  it('says when another program holds the lock', () => {
    open().close();
    const other = new Sqlite(file());
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    expect(codeOf(open)).toBe('database-locked');
    other.close();
    open().close();
  });

  it('says when the disk is full, and takes back the whole change', () => {
    const db = open();
    addProject(db, 'before');
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 5}`);
    const fill = () =>
      transaction(db, () => {
        for (let i = 0; i < 1000; i++) addProject(db, `${i} ${'x'.repeat(1000)}`);
      });
    expect(codeOf(fill)).toBe('disk-full');
    expect(listProjects(db).map((project) => project.name)).toEqual(['before']);
    db.pragma('max_page_count = 1000000');
    expect(codeOf(fill)).toBe('nothing thrown');
    db.close();
  });
});

describe('migration', () => {
  it('refuses a database from a newer version and changes nothing', () => {
    const db = open();
    db.pragma(`user_version = ${SCHEMA_STEPS.length + 1}`);
    db.close();
    const before = readFileSync(file());
    expect(codeOf(open)).toBe('database-too-new');
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it('keeps old rows through a new step', () => {
    const db = open();
    addProject(db, 'old');
    migrate(db, [
      ...SCHEMA_STEPS,
      {
        slug: '9999-colour',
        apply: (at) => void at.exec(`ALTER TABLE projects ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'`),
      },
    ]);
    expect(db.prepare('SELECT name, colour FROM projects').all()).toEqual([{ name: 'old', colour: 'blue' }]);
    expect(schemaVersion(db)).toBe(SCHEMA_STEPS.length + 1);
    db.close();
  });

  it('takes a step whole or not at all', () => {
    const db = open();
    const broken = {
      slug: '9999-broken',
      apply: (at: WritableDb) => {
        at.exec('CREATE TABLE half (id TEXT) STRICT');
        throw new Error('in the middle');
      },
    };
    expect(() => migrate(db, [...SCHEMA_STEPS, broken])).toThrow('in the middle');
    expect(schemaVersion(db)).toBe(SCHEMA_STEPS.length);
    expect(db.prepare(`SELECT COUNT(*) AS count FROM sqlite_schema WHERE name = 'half'`).get()).toEqual({ count: 0 });
    db.close();
  });

  it('makes the data folder when there is none', () => {
    const db = openDatabase(join(folder.path, 'a', 'b'), { nowMs: 1 });
    db.close();
    expect(existsSync(join(folder.path, 'a', 'b', DATABASE_FILE))).toBe(true);
  });
});
