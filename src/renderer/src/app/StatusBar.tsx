import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { api, connection } from '../lib/api';
import { formatBytes, formatRange } from '../lib/format';
import { Progress } from '../ui/marks';
import { inWindowWords } from './host-words';
import { href } from './route-paths';
import { texts } from './texts/en';
import './status-bar.css';

const REFRESH_MS = 10_000;

/** Bottom line: device, memory, and the run that is going on. */
export function StatusBar({ projectId }: { readonly projectId: ProjectId | null }) {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  const info = useQuery(
    api.system.info.queryOptions({ input: {}, refetchInterval: REFRESH_MS, enabled: state.kind === 'open' }),
  );
  return (
    <footer className="status" aria-label={texts.status.label}>
      {info.data && (
        <>
          <span className="status-fact">{info.data.device}</span>
          <span className="status-fact">
            {texts.status.memory(
              formatBytes(info.data.totalMemoryBytes - info.data.freeMemoryBytes),
              formatBytes(info.data.totalMemoryBytes),
            )}
          </span>
        </>
      )}
      <span role="status" className="status-notice">
        {state.kind === 'lost' && texts.status.lost}
        {state.kind === 'connecting' && texts.status.connecting}
      </span>
      {projectId && <RunningJob projectId={projectId} />}
    </footer>
  );
}

function RunningJob({ projectId }: { readonly projectId: ProjectId }) {
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId } }));
  const running = runs.data?.find((run) => run.status === 'running' || run.status === 'pausing');
  const queued = runs.data?.filter((run) => run.status === 'queued').length ?? 0;
  if (!running)
    return <span className="status-job">{queued > 0 ? texts.status.queued(queued) : texts.status.idle}</span>;
  return (
    <a className="status-job" href={href('run', { projectId, runId: running.id })}>
      <span className="truncate">{running.name}</span>
      <Progress share={shareOf(running)} label={running.name} />
      <span className="truncate">{leftOf(running)}</span>
    </a>
  );
}

function shareOf({ progress }: Run): number | null {
  return progress && progress.total > 0 ? progress.done / progress.total : null;
}

function leftOf({ progress }: Run): string {
  if (!progress) return '';
  const left = progress.secondsLeft;
  return left ? texts.status.left(formatRange(left.low, left.high)) : inWindowWords(progress.phase);
}
