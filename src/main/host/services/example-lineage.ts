import type { Dataset } from '@contracts/examples';
import type { CheckpointId, QuestionSetId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { findRun } from '../store/repositories/runs';
import type { ReadableDb } from '../store/sql';

/** What a data set was made from; null where it came from a file, or where that is gone. */
export interface DatasetLineage {
  readonly searchRun: Run | null;
  readonly examplesRun: Run | null;
  readonly checkpointId: CheckpointId | null;
  readonly questionSetId: QuestionSetId | null;
}

export function lineageOfDataset(db: ReadableDb, { runId }: Dataset): DatasetLineage {
  const examplesRun = runId === null ? null : findRun(db, runId);
  const searchRun = examplesRun?.parents.runId ? findRun(db, examplesRun.parents.runId) : null;
  return {
    searchRun,
    examplesRun,
    checkpointId: searchRun?.parents.checkpointId ?? null,
    questionSetId: searchRun?.parents.questionSetId ?? examplesRun?.parents.questionSetId ?? null,
  };
}
