import type { CheckpointId, ProjectId, RunId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { notInTrash } from './trash';
import { bit, execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** A checkpoint as stored: the run that wrote it is known even for an import, and whether its files are there is not. */
export type StoredCheckpoint = Omit<Checkpoint, 'isMissing'> & { readonly removedAtMs: number | null };
export type NewCheckpoint = Omit<StoredCheckpoint, 'removedAtMs'>;

interface Row {
  id: CheckpointId;
  project_id: ProjectId;
  run_id: RunId | null;
  parent_id: CheckpointId | null;
  name: string;
  origin: Checkpoint['origin'];
  step: number | null;
  is_final: number;
  path: string;
  format: Checkpoint['format'];
  adapter_path: string | null;
  architecture: string;
  parameter_count: number;
  vocab_size: number;
  size_bytes: number;
  has_functional_tokens: number;
  token_set_json: string | null;
  prompt_set: string;
  plain_prompts_json: string;
  created_at_ms: number;
  removed_at_ms: number | null;
}

/** Those in the list of a project, oldest first. */
export function listCheckpoints(db: ReadableDb, projectId: ProjectId): StoredCheckpoint[] {
  return selectAll<Row>(
    db,
    `SELECT * FROM checkpoints WHERE project_id = $projectId AND removed_at_ms IS NULL AND ${notInTrash('id', 'run_id')}
     ORDER BY created_at_ms, rowid`,
    { projectId },
  ).map(toCheckpoint);
}

/** Also one that was taken out of the list: lineage still leads to it. */
export function findCheckpoint(db: ReadableDb, id: CheckpointId): StoredCheckpoint | null {
  const row = selectOne<Row>(db, 'SELECT * FROM checkpoints WHERE id = $id', { id });
  return row ? toCheckpoint(row) : null;
}

/** Ids of what a run wrote, in the order it was written. */
export function listCheckpointIdsOfRun(db: ReadableDb, runId: RunId): CheckpointId[] {
  return selectAll<{ id: CheckpointId }>(
    db,
    `SELECT id FROM checkpoints WHERE run_id = $runId AND removed_at_ms IS NULL AND ${notInTrash('id')} ORDER BY created_at_ms, rowid`,
    { runId },
  ).map((row) => row.id);
}

/** Inserts a checkpoint; one of the same run and path is replaced and keeps its id, and its name if a person changed it. */
export function upsertCheckpoint(db: WritableDb, checkpoint: NewCheckpoint): void {
  execute(
    db,
    `INSERT INTO checkpoints (id, project_id, run_id, parent_id, name, origin, step, is_final, path, format, adapter_path, architecture,
       parameter_count, vocab_size, size_bytes, has_functional_tokens, token_set_json, prompt_set, plain_prompts_json, created_at_ms)
     VALUES ($id, $projectId, $runId, $parentId, $name, $origin, $step, $isFinal, $path, $format, $adapterPath, $architecture,
       $parameterCount, $vocabSize, $sizeBytes, $hasFunctionalTokens, $tokenSet, $promptSet, $plainPrompts, $createdAtMs)
     ON CONFLICT (run_id, path) DO UPDATE SET step = excluded.step, is_final = excluded.is_final, adapter_path = excluded.adapter_path,
       architecture = excluded.architecture, parameter_count = excluded.parameter_count, vocab_size = excluded.vocab_size,
       size_bytes = excluded.size_bytes, has_functional_tokens = excluded.has_functional_tokens,
       token_set_json = excluded.token_set_json, prompt_set = excluded.prompt_set,
       plain_prompts_json = excluded.plain_prompts_json`,
    {
      id: checkpoint.id,
      projectId: checkpoint.projectId,
      runId: checkpoint.runId,
      parentId: checkpoint.parentId,
      name: checkpoint.name,
      origin: checkpoint.origin,
      step: checkpoint.step,
      isFinal: bit(checkpoint.isFinal),
      path: checkpoint.path,
      format: checkpoint.format,
      adapterPath: checkpoint.adapterPath,
      architecture: checkpoint.architecture,
      parameterCount: Math.round(checkpoint.parameterCount),
      vocabSize: checkpoint.vocabSize,
      sizeBytes: Math.round(checkpoint.sizeBytes),
      hasFunctionalTokens: bit(checkpoint.hasFunctionalTokens),
      tokenSet: checkpoint.tokenSet && JSON.stringify(checkpoint.tokenSet),
      promptSet: checkpoint.promptSet,
      plainPrompts: JSON.stringify(checkpoint.plainPrompts),
      createdAtMs: checkpoint.createdAtMs,
    },
  );
}

export function renameCheckpoint(db: WritableDb, id: CheckpointId, name: string): boolean {
  return execute(db, 'UPDATE checkpoints SET name = $name WHERE id = $id', { id, name }).changes > 0;
}

/** Takes it out of the list; the row stays, so that lineage of later products does not break. */
export function markCheckpointRemoved(db: WritableDb, id: CheckpointId, nowMs: number): boolean {
  return (
    execute(db, 'UPDATE checkpoints SET removed_at_ms = $nowMs WHERE id = $id AND removed_at_ms IS NULL', { id, nowMs })
      .changes > 0
  );
}

/** Embedded models lie with the program, which may have moved since they were stored. */
export function moveEmbedded(db: WritableDb, find: (path: string) => string): void {
  const rows = selectAll<{ id: CheckpointId; path: string }>(
    db,
    "SELECT id, path FROM checkpoints WHERE origin = 'embedded'",
  );
  for (const { id, path } of rows) {
    const now = find(path);
    if (now !== path) execute(db, 'UPDATE checkpoints SET path = $now WHERE id = $id', { id, now });
  }
}

/**
 * Forgets a checkpoint that its run has replaced, unless another run started from it.
 * @returns folders that nothing needs any more
 */
export function removeReplacedCheckpoint(db: WritableDb, runId: RunId, path: string): string[] {
  const row = selectOne<Row>(
    db,
    `SELECT * FROM checkpoints WHERE run_id = $runId AND path = $path AND is_final = 0
       AND NOT EXISTS (SELECT 1 FROM run_parents WHERE run_parents.checkpoint_id = checkpoints.id)`,
    { runId, path },
  );
  if (!row) return [];
  execute(db, 'DELETE FROM checkpoints WHERE id = $id', { id: row.id });
  return [row.path, row.adapter_path].filter((folder) => folder !== null);
}

function toCheckpoint(row: Row): StoredCheckpoint {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    origin: row.origin,
    runId: row.run_id,
    parentId: row.parent_id,
    step: row.step,
    isFinal: row.is_final === 1,
    path: row.path,
    format: row.format,
    adapterPath: row.adapter_path,
    architecture: row.architecture,
    parameterCount: row.parameter_count,
    vocabSize: row.vocab_size,
    sizeBytes: row.size_bytes,
    hasFunctionalTokens: row.has_functional_tokens === 1,
    tokenSet: row.token_set_json === null ? null : fromJson(row.token_set_json),
    promptSet: row.prompt_set,
    plainPrompts: fromJson(row.plain_prompts_json),
    createdAtMs: row.created_at_ms,
    removedAtMs: row.removed_at_ms,
  };
}
