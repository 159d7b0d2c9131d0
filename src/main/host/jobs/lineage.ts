import type { Run } from '@contracts/runs';
import { findCheckpoint, type StoredCheckpoint } from '../store/repositories/checkpoints';
import { findDataset } from '../store/repositories/examples';
import { findQuestionSet } from '../store/repositories/question-sets';
import { findRun } from '../store/repositories/runs';
import type { ReadableDb } from '../store/sql';

/** Longer chains are cut: a model card names the way, not every rung. */
const MAX_RUNGS = 50;

/** Where a checkpoint comes from, newest first, one sentence a rung: "Fine-tuning 1 (sft, step 120) on the examples "Examples 1", seed 1". */
export function describeLineage(db: ReadableDb, checkpoint: StoredCheckpoint): string[] {
  const lines: string[] = [];
  let at: StoredCheckpoint | null = checkpoint;
  while (at && lines.length < MAX_RUNGS) {
    lines.push(describeRung(db, at));
    at = at.parentId === null ? null : findCheckpoint(db, at.parentId);
  }
  return lines;
}

function describeRung(db: ReadableDb, checkpoint: StoredCheckpoint): string {
  const run = checkpoint.runId === null ? null : findRun(db, checkpoint.runId);
  if (!run || checkpoint.origin !== 'run') return `${checkpoint.name} (${checkpoint.origin})`;
  const step = checkpoint.step === null ? '' : `, step ${checkpoint.step}`;
  const material = describeMaterial(db, run);
  return `${checkpoint.name}: run "${run.name}" (${run.kind}${step})${material && ` on ${material}`}, seed ${run.seed}`;
}

function describeMaterial(db: ReadableDb, { parents }: Run): string {
  if (parents.datasetId) {
    const dataset = findDataset(db, parents.datasetId);
    return dataset ? `the examples "${dataset.name}" (${dataset.count})` : '';
  }
  if (parents.questionSetId) {
    const set = findQuestionSet(db, parents.questionSetId);
    return set ? `the questions "${set.name}" (${set.count})` : '';
  }
  return '';
}
