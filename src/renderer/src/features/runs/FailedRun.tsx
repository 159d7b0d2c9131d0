import { useMutation, useQuery } from '@tanstack/react-query';
import type { MetricSeries, Run } from '@contracts/runs';
import { api } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';
import { bestPoint, canFork, useFork, useForkPoints } from './use-fork';

const words = texts.failed;

/** A run that did not come to its end: what failed, what was kept, and the next step. */
export function FailedRun({ run, metrics }: { readonly run: Run; readonly metrics: readonly MetricSeries[] }) {
  const resume = useMutation(api.runs.resume.mutationOptions());
  const fork = useFork(run);
  const points = useForkPoints(run);
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId: run.projectId } }));
  const forecast = useQuery(api.runs.forecast.queryOptions({ input: { id: run.id } }));
  if (!run.error) return null;
  const last = metrics.reduce((most, { steps }) => Math.max(most, steps.at(-1) ?? 0), 0);
  const written = (checkpoints.data ?? []).filter(({ id }) => run.outputs.checkpointIds.includes(id));
  const kept = [
    ...(last > 0 ? [words.keptFigures(formatInteger(last))] : []),
    ...(written.length > 0 ? [words.keptCheckpoints(written.map(({ name }) => name).join(', '))] : []),
  ];
  const best = bestPoint(points);
  return (
    <ErrorView
      error={run.error}
      actions={
        <div className="run-failed">
          <p>
            <b>{words.kept}:</b> {kept.length > 0 ? kept.join('. ') : words.keptNothing}
          </p>
          <div className="row">
            {run.status !== 'cancelled' && forecast.data?.isFolderGone !== true && (
              <Button look="primary" isBusy={resume.isPending} onClick={() => resume.mutate({ id: run.id })}>
                {words.resume}
              </Button>
            )}
            {canFork(run) && best && (
              <Button isBusy={fork.isPending} onClick={() => fork.mutate({ point: best })}>
                {words.again}
              </Button>
            )}
            <Button look="quiet" onClick={() => document.getElementById('run-log')?.scrollIntoView()}>
              {words.log}
            </Button>
          </div>
          {(resume.error ?? fork.error) && <ErrorView error={resume.error ?? fork.error} />}
        </div>
      }
    />
  );
}
