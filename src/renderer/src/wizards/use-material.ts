import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ProjectId } from '@contracts/ids';
import { api } from '../lib/api';
import type { Material } from './material';

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

function newestFirst<T extends { readonly createdAtMs: number }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => b.createdAtMs - a.createdAtMs);
}
