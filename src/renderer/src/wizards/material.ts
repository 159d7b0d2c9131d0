import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Dataset } from '@contracts/examples';
import type { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import type { QuestionSet } from '@contracts/questions';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { api } from '../lib/api';

/** What a project has that runs can start from, the newest first. */
export interface Material {
  readonly checkpoints: readonly Checkpoint[];
  readonly questionSets: readonly QuestionSet[];
  readonly runs: readonly Run[];
  readonly datasets: readonly Dataset[];
}

/** Asks the host for all of it; an error is that of the first part that failed. */
export function useMaterial(projectId: ProjectId): {
  readonly material: Material | null;
  readonly failed: UseQueryResult<unknown, Error> | null;
} {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const questionSets = useQuery(api.questions.list.queryOptions({ input: { projectId } }));
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId } }));
  const datasets = useQuery(api.examples.datasets.queryOptions({ input: { projectId } }));
  const failed = [checkpoints, questionSets, runs, datasets].find((query) => query.isError) ?? null;
  const material =
    checkpoints.data && questionSets.data && runs.data && datasets.data
      ? {
          checkpoints: newestFirst(checkpoints.data),
          questionSets: newestFirst(questionSets.data),
          runs: newestFirst(runs.data),
          datasets: newestFirst(datasets.data),
        }
      : null;
  return { material, failed };
}

/** The kind of run that wrote a checkpoint; null for an imported or embedded one. */
export function writerOf(material: Material, checkpoint: Checkpoint): JobKind | null {
  return material.runs.find((run) => run.id === checkpoint.runId)?.kind ?? null;
}

function newestFirst<T extends { readonly createdAtMs: number }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => b.createdAtMs - a.createdAtMs);
}
