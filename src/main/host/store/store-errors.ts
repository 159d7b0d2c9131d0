import { WorkbenchError, type ErrorFacts, type ErrorKind } from '@core/errors';

interface StoreCase {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly facts: ErrorFacts;
}

const FULL: StoreCase = {
  kind: 'resource',
  message: 'The disk is full: the workbench could not store its data.',
  facts: {
    code: 'disk-full',
    kept: 'Everything stored before; the last change was taken back whole.',
    wayOut: 'Free some space on the disk of the data folder, then try again or resume the run.',
  },
};
const BUSY: StoreCase = {
  kind: 'conflict',
  message: 'The database is locked by another program.',
  facts: {
    code: 'database-locked',
    kept: 'Everything stored before.',
    wayOut:
      'Close the program that has workbench.db open (another workbench, a backup, a database viewer), then try again.',
  },
};
const CORRUPT: StoreCase = {
  kind: 'precondition',
  message: 'The database is damaged and cannot be read safely.',
  facts: {
    code: 'database-corrupt',
    kept: 'The damaged file stays as it is; model folders and exports are separate files and unharmed.',
    wayOut:
      'Restore workbench.db from a backup, or start with `npm start -- --set-aside-database`: the damaged file is renamed, never deleted, and an empty one is begun.',
  },
};
const READ_ONLY: StoreCase = {
  kind: 'precondition',
  message: 'The database cannot be written to.',
  facts: {
    code: 'database-read-only',
    kept: 'Everything stored before.',
    wayOut: 'Give yourself the right to write in the data folder, or choose another with --user-data.',
  },
};

/** What the main result codes of SQLite mean to a person; extended codes begin with one of these. */
const CASES: readonly (readonly [code: string, what: StoreCase])[] = [
  ['SQLITE_FULL', FULL],
  ['SQLITE_IOERR_WRITE', FULL],
  ['SQLITE_BUSY', BUSY],
  ['SQLITE_LOCKED', BUSY],
  ['SQLITE_CORRUPT', CORRUPT],
  ['SQLITE_NOTADB', CORRUPT],
  ['SQLITE_READONLY', READ_ONLY],
  ['SQLITE_CANTOPEN', READ_ONLY],
];

/** An error of SQLite as one the window can show; anything else passes unchanged. */
export function describeStoreError(error: unknown, where?: string): unknown {
  if (error instanceof WorkbenchError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const found = CASES.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (!found) return error;
  return new WorkbenchError(
    found.kind,
    found.message,
    { ...found.facts, ...(where && { where }), details: { sqlite: code } },
    { cause: error },
  );
}

/** The error of a quick check that found damage, with its first finding. */
export function corruptDatabase(path: string, finding: string): WorkbenchError {
  return new WorkbenchError(CORRUPT.kind, CORRUPT.message, { ...CORRUPT.facts, where: path, details: { finding } });
}
