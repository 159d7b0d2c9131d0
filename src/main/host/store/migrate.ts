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
  for (const [index, step] of steps.entries()) {
    if (index < from) continue;
    transaction(db, () => {
      step.apply(db);
      // user_version is part of the database file, so it commits with the step.
      db.pragma(`user_version = ${index + 1}`);
    });
  }
}
