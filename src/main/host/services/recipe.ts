import type { CheckpointId, RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findDataset } from '../store/repositories/examples';
import { findRun } from '../store/repositories/runs';
import type { ReadableDb } from '../store/sql';

/** Settings that decide how long a run takes and not what comes out, and the seed. */
const ASIDE: ReadonlySet<string> = new Set(['seed', 'threads', 'microBatchTokens', 'checkpointing', 'checkpointEvery']);

/** How something was made, all the way back, but for seeds: two runs with the same recipe differ by chance alone. */
export function recipeOfRun(db: ReadableDb, id: RunId | null): unknown {
  const run = id === null ? null : findRun(db, id);
  if (!run) return id;
  const { spec } = run;
  return {
    kind: spec.kind,
    config: Object.entries(spec.config)
      .filter(([name]) => !ASIDE.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    ...('path' in spec && { path: spec.path }),
    ...('checkpointId' in spec && { checkpoint: recipeOfCheckpoint(db, spec.checkpointId) }),
    ...('judgeId' in spec && { judge: spec.judgeId && recipeOfCheckpoint(db, spec.judgeId) }),
    ...('questionSetId' in spec && { questions: spec.questionSetId }),
    ...('datasetId' in spec && {
      examples: recipeOfRun(db, spec.datasetId && (findDataset(db, spec.datasetId)?.runId ?? null)),
    }),
    ...('searchRunId' in spec && { trees: recipeOfRun(db, spec.searchRunId) }),
  };
}

function recipeOfCheckpoint(db: ReadableDb, id: CheckpointId): unknown {
  const checkpoint = findCheckpoint(db, id);
  if (!checkpoint || checkpoint.origin !== 'run') return checkpoint?.path ?? id;
  return { run: recipeOfRun(db, checkpoint.runId), step: checkpoint.isFinal ? 'last' : checkpoint.step };
}

/** The training or other run that wrote the checkpoint which a run started from. */
export function writerOfStart(db: ReadableDb, run: Run): Run | null {
  const checkpoint = run.parents.checkpointId && findCheckpoint(db, run.parents.checkpointId);
  return checkpoint && checkpoint.origin === 'run' && checkpoint.runId ? findRun(db, checkpoint.runId) : null;
}
