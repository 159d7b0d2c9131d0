import type { RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { execute, selectAll, type ReadableDb, type WritableDb } from '../sql';

export type Artefact = Run['outputs']['artefacts'][number];

export function listArtefacts(db: ReadableDb, runId: RunId): Artefact[] {
  return selectAll<{ kind: string; path: string; size_bytes: number; sha256: string }>(
    db,
    'SELECT kind, path, size_bytes, sha256 FROM artefacts WHERE run_id = $runId ORDER BY path',
    { runId },
  ).map(({ kind, path, size_bytes, sha256 }) => ({ kind, path, sizeBytes: size_bytes, sha256 }));
}

/** Inserts an artefact or replaces the one of the same run and path. */
export function upsertArtefact(db: WritableDb, runId: RunId, artefact: Artefact): void {
  execute(
    db,
    `INSERT INTO artefacts (run_id, path, kind, size_bytes, sha256) VALUES ($runId, $path, $kind, $sizeBytes, $sha256)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, size_bytes = excluded.size_bytes, sha256 = excluded.sha256`,
    {
      runId,
      path: artefact.path,
      kind: artefact.kind,
      sizeBytes: Math.round(artefact.sizeBytes),
      sha256: artefact.sha256,
    },
  );
}
