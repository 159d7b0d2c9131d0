import type { ProjectId, TokenSetId } from '@contracts/ids';
import type { StoredTokenSet, TokenSetVersion } from '@contracts/token-sets';
import { compileTokenSet, RFTT_TOKENS, type TokenSet, type TokenSetData } from '@core/tokens/token-set';
import { execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

interface Row {
  id: TokenSetId;
  project_id: ProjectId;
  version: number;
  set_json: string;
  saved_at_ms: number;
}

const NEWEST = `SELECT token_sets.id, token_sets.project_id, versions.version, versions.set_json, versions.saved_at_ms
  FROM token_sets JOIN token_set_versions AS versions ON versions.set_id = token_sets.id
    AND versions.version = (SELECT MAX(version) FROM token_set_versions WHERE set_id = token_sets.id)
  WHERE token_sets.removed_at_ms IS NULL`;

/** Newest version of each set of a project, oldest set first. */
export function listTokenSets(db: ReadableDb, projectId: ProjectId): StoredTokenSet[] {
  return selectAll<Row>(
    db,
    `${NEWEST} AND token_sets.project_id = $projectId ORDER BY token_sets.created_at_ms, token_sets.rowid`,
    { projectId },
  ).map(toSet);
}

export function findTokenSet(db: ReadableDb, id: TokenSetId): StoredTokenSet | null {
  const row = selectOne<Row>(db, `${NEWEST} AND token_sets.id = $id`, { id });
  return row ? toSet(row) : null;
}

/** Every saving of a set, newest first. */
export function listTokenSetVersions(db: ReadableDb, id: TokenSetId): TokenSetVersion[] {
  return selectAll<Pick<Row, 'version' | 'set_json' | 'saved_at_ms'>>(
    db,
    'SELECT version, set_json, saved_at_ms FROM token_set_versions WHERE set_id = $id ORDER BY version DESC',
    { id },
  ).map(({ version, set_json, saved_at_ms }) => ({ version, set: fromJson(set_json), savedAtMs: saved_at_ms }));
}

/** Makes a set with its first version. Call inside a transaction. */
export function insertTokenSet(
  db: WritableDb,
  { id, projectId, set, nowMs }: { id: TokenSetId; projectId: ProjectId; set: TokenSetData; nowMs: number },
): void {
  execute(db, 'INSERT INTO token_sets (id, project_id, created_at_ms) VALUES ($id, $projectId, $nowMs)', {
    id,
    projectId,
    nowMs,
  });
  insertTokenSetVersion(db, { id, version: 1, set, nowMs });
}

export function insertTokenSetVersion(
  db: WritableDb,
  { id, version, set, nowMs }: { id: TokenSetId; version: number; set: TokenSetData; nowMs: number },
): void {
  execute(
    db,
    'INSERT INTO token_set_versions (set_id, version, set_json, saved_at_ms) VALUES ($id, $version, $set, $nowMs)',
    { id, version, set: JSON.stringify(set), nowMs },
  );
}

/** Takes a set out of the list, or puts it back (null). */
export function markTokenSetRemoved(db: WritableDb, id: TokenSetId, removedAtMs: number | null): boolean {
  return (
    execute(db, 'UPDATE token_sets SET removed_at_ms = $removedAtMs WHERE id = $id', { id, removedAtMs }).changes > 0
  );
}

/** Compiled sets by their text: rows of one data set ask for the same one again and again. */
const compiled = new Map<string, TokenSet>();
const MOST_COMPILED = 64;

/** A stored set ready for use; the eight where none is stored. */
export function readTokenSet(json: string | null): TokenSet {
  if (json === null) return RFTT_TOKENS;
  const known = compiled.get(json);
  if (known) return known;
  const set = compileTokenSet(fromJson<TokenSetData>(json));
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(json, set);
  return set;
}

/** The set whose tokens the examples of a data set carry. */
export function tokenSetOfDataset(db: ReadableDb, id: string): TokenSet {
  const sql = 'SELECT token_set_json FROM datasets WHERE id = $id';
  return readTokenSet(selectOne<{ token_set_json: string | null }>(db, sql, { id })?.token_set_json ?? null);
}

/** Names that steps of a data set carry and that are none of a list: what a model could not read. */
export function foreignStepsOfDataset(db: ReadableDb, id: string, names: readonly string[]): string[] {
  return selectAll<{ token: string }>(
    db,
    `SELECT DISTINCT steps.value ->> 'token' AS token FROM examples, json_each(examples.steps_json) AS steps
       WHERE dataset_id = $id AND verdict <> 'rejected'`,
    { id },
  )
    .map(({ token }) => token)
    .filter((token) => !names.includes(token));
}

function toSet({ id, project_id, version, set_json, saved_at_ms }: Row): StoredTokenSet {
  return { id, projectId: project_id, version, set: fromJson(set_json), savedAtMs: saved_at_ms };
}
