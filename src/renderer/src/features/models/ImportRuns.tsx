import { useQuery } from '@tanstack/react-query';
import type { ProjectId } from '@contracts/ids';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { fromStoredEnvelope } from '../../lib/errors';
import { ButtonLink } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Progress } from '../../ui/marks';
import { describeRun } from '../stages/run-facts';
import { texts as stageTexts } from '../stages/texts/en';

/** The import that is going on, or the last one when it failed. */
export function ImportRuns({ projectId }: { readonly projectId: ProjectId }) {
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId, kind: 'import' } }));
  const newest = [...(runs.data ?? [])].sort((a, b) => b.createdAtMs - a.createdAtMs)[0];
  if (!newest || newest.status === 'finished' || newest.status === 'cancelled') return null;
  const open = <ButtonLink href={href('run', { projectId, runId: newest.id })}>{stageTexts.open}</ButtonLink>;
  if (newest.error) return <ErrorView error={fromStoredEnvelope(newest.error)} actions={open} />;
  const { progress } = newest;
  return (
    <div className="stack">
      <p>
        {newest.name}: <span className="muted">{describeRun(newest) || stageTexts.status[newest.status]}</span>
      </p>
      <Progress share={progress && progress.total > 0 ? progress.done / progress.total : null} label={newest.name} />
      <div>{open}</div>
    </div>
  );
}
