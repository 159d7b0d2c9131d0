import { WorkbenchError } from '@core/errors';
import { SCHEMA_STEPS, type SchemaStep } from './schema';
import type { WritableDb } from './sql';
import { transaction } from './sql';

/** The schema version a database is at: the number of steps it has taken. */
export function schemaVersion(db: WritableDb): number {
  const version: unknown = db.pragma('user_version', { simple: true });
  return typeof version === 'number' ? version : 0;
}

/**
 * Brings a database to the newest schema, each step in a transaction of its own.
 * @throws WorkbenchError `database-too-new` when a later version of the program wrote it; nothing is changed then
 */
export function migrate(db: WritableDb, steps: readonly SchemaStep[] = SCHEMA_STEPS): void {
  const from = schemaVersion(db);
  if (from > steps.length) {
    throw new WorkbenchError(
      'unsupported',
      `This database was written by a newer version of the workbench (schema ${from}; this one knows ${steps.length}).`,
      {
        code: 'database-too-new',
        kept: 'Nothing was changed.',
        wayOut: 'Use the newer version, or start this one with --user-data and another folder.',
      },
    );
  }
  if (from === steps.length) return;
  // A step may rebuild a table; with the checks on, dropping the old one would delete what refers to it.
  const isEnforced = db.pragma('foreign_keys', { simple: true }) === 1;
  db.pragma('foreign_keys = OFF');
  try {
    for (const [index, step] of steps.entries()) if (index >= from) take(db, step, index + 1);
  } finally {
    db.pragma(`foreign_keys = ${isEnforced ? 'ON' : 'OFF'}`);
  }
}

function take(db: WritableDb, step: SchemaStep, version: number): void {
  transaction(db, () => {
    step.apply(db);
    const broken = db.pragma('foreign_key_check');
    if (!Array.isArray(broken) || broken.length > 0) {
      throw new WorkbenchError('internal', `The schema step ${step.slug} would lose references between rows.`, {
        code: 'schema-step-broken',
        where: step.slug,
        kept: 'The database as it was.',
        wayOut: 'Go on with the version that wrote it, and report this.',
      });
    }
    // user_version is part of the database file, so it commits with the step.
    db.pragma(`user_version = ${version}`);
  });
}
