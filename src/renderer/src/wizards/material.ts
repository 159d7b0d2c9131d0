import type { Dataset } from '@contracts/examples';
import type { Checkpoint } from '@contracts/models';
import type { QuestionSet } from '@contracts/questions';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';

/** What a project has that runs can start from, the newest first. */
export interface Material {
  readonly checkpoints: readonly Checkpoint[];
  readonly questionSets: readonly QuestionSet[];
  readonly runs: readonly Run[];
  readonly datasets: readonly Dataset[];
}

/** The kind of run that wrote a checkpoint; null for an imported or embedded one. */
export function writerOf(material: Material, checkpoint: Checkpoint): JobKind | null {
  return material.runs.find((run) => run.id === checkpoint.runId)?.kind ?? null;
}
