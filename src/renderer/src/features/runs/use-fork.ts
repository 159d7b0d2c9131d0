import { useMutation, useQuery } from '@tanstack/react-query';
import type { Checkpoint } from '@contracts/models';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { navigate } from '../../app/router';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { keepFork } from '../../wizards/fork';
import type { StageKind } from '../../wizards/suggestions';
import { texts } from './texts/en';

/** Kinds that have a wizard, and start from a model. */
const FORKABLE: ReadonlySet<JobKind> = new Set(['tokens', 'search', 'sft', 'prm', 'rl', 'evaluate', 'export']);

export interface ForkPoint {
  readonly checkpoint: Checkpoint;
  /** Step of this run at which it was written; null for the model that the run began with. */
  readonly step: number | null;
}

/** Checkpoints from which the same job can begin anew: those that the run wrote, newest first, then the one it began with. Gone ones are left out. */
export function useForkPoints(run: Run): readonly ForkPoint[] {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId: run.projectId } }));
  const list = (checkpoints.data ?? []).filter(({ isMissing }) => !isMissing);
  const written = list
    .filter(({ id }) => run.outputs.checkpointIds.includes(id))
    .sort((a, b) => (b.step ?? 0) - (a.step ?? 0));
  const start = list.filter(({ id }) => id === run.parents.checkpointId);
  const isTraining = run.kind === 'sft' || run.kind === 'rl';
  return [
    ...(isTraining ? written.map((checkpoint) => ({ checkpoint, step: checkpoint.step })) : []),
    ...start.map((checkpoint) => ({ checkpoint, step: null })),
  ];
}

/** The best checkpoint on the way, or the one it began with. */
export function bestPoint(points: readonly ForkPoint[]): ForkPoint | null {
  return points.find(({ checkpoint, step }) => step !== null && !checkpoint.isFinal) ?? points.at(-1) ?? null;
}

/** Opens the wizard with the run's settings from one of its checkpoints. */
export function useFork(run: Run) {
  return useMutation({
    mutationFn: async ({ point, changes }: { point: ForkPoint; changes?: Readonly<Record<string, unknown>> }) => {
      // Holds because callers offer it for FORKABLE kinds alone, which are those of the wizards.
      const kind = run.kind as StageKind;
      await keepFork({
        run,
        kind,
        checkpoint: point.checkpoint,
        name: texts.forkName(run.name, point.step),
        ...(changes && { changes }),
      });
      navigate(STAGES[run.kind].start, { projectId: run.projectId });
    },
  });
}

export function canFork(run: Run): boolean {
  return FORKABLE.has(run.kind);
}
