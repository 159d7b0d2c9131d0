import { useQuery } from '@tanstack/react-query';
import type { Run } from '@contracts/runs';
import { href } from '../../app/route-paths';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { Button, ButtonLink } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { texts } from './texts/en';
import { canFork, useFork, useForkPoints } from './use-fork';

const RESUMABLE: ReadonlySet<Run['status']> = new Set(['paused', 'failed', 'interrupted']);

/**
 * What a run needs its folder for: to go on, and to keep its checkpoints. A run that came with a project has only the latter. Where it cannot go
 * on, it can begin again with the same settings.
 */
export function FolderGone({ run }: { readonly run: Run }) {
  const forecast = useQuery(api.runs.forecast.queryOptions({ input: { id: run.id } }));
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId: run.projectId } }));
  const fork = useFork(run);
  const start = useForkPoints(run).find(({ step }) => step === null);
  const cannotGoOn = RESUMABLE.has(run.status) && forecast.data?.isFolderGone === true;
  const hasLost = (checkpoints.data ?? []).some(
    ({ id, isMissing }) => isMissing && run.outputs.checkpointIds.includes(id),
  );
  if (run.isInTrash || (!cannotGoOn && !hasLost)) return null;
  return (
    <Notice>
      <p>{texts.folderGone(run.folder)}</p>
      {cannotGoOn &&
        (canFork(run) && start ? (
          <Button look="primary" isBusy={fork.isPending} onClick={() => fork.mutate({ point: start })}>
            {texts.startAgain}
          </Button>
        ) : (
          <ButtonLink look="primary" href={href(STAGES[run.kind].start, { projectId: run.projectId })}>
            {STAGES[run.kind].verb}
          </ButtonLink>
        ))}
      {fork.isError && <ErrorView error={fork.error} />}
    </Notice>
  );
}
