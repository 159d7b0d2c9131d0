import { useQuery } from '@tanstack/react-query';
import { ProjectId, RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { inWindowWords } from '../../app/host-words';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { isGone } from '../../lib/errors';
import { metricsOf } from '../../lib/use-metrics';
import { ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { CopyButton } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Disclosure, Facts, Panel } from '../../ui/Panel';
import { RunStatusMark } from '../stages/RunStatusMark';
import { describeResult } from '../stages/run-facts';
import { ProjectTrash } from '../trash/ProjectTrash';
import { FailedRun } from './FailedRun';
import { FolderGone } from './FolderGone';
import { ForecastPanel } from './ForecastPanel';
import { GuardBanner } from './GuardBanner';
import { RunActions } from './RunActions';
import { RunCharts } from './RunCharts';
import { RunLog } from './RunLog';
import { RunNow } from './RunNow';
import { RunProducts } from './RunProducts';
import { RunSamples } from './RunSamples';
import { TrashedRun } from './TrashedRun';
import { MAKES_DATA, YieldPanel } from './YieldPanel';
import { texts } from './texts/en';
import './run.css';

/** One run: where it stands, its charts, what the model writes, what it made, its settings and its log. */
export function RunPage({ params }: PageProps<'run'>) {
  const id = RunId.parse(params.runId);
  const run = useQuery(api.runs.get.queryOptions({ input: { id } }));
  const back = <ButtonLink href={href('runs', { projectId: params.projectId })}>{texts.backToRuns}</ButtonLink>;
  if (run.data === undefined && run.isError && isGone(run.error))
    return (
      <PageFrame title={texts.gone}>
        <EmptyState title={texts.gone} action={back}>
          {texts.goneBody}
        </EmptyState>
        <ProjectTrash projectId={ProjectId.parse(params.projectId)} />
      </PageFrame>
    );
  return (
    <Loaded query={run} errorActions={back}>
      {(data) => <OpenRun run={data} />}
    </Loaded>
  );
}

const TRAINS: ReadonlySet<Run['kind']> = new Set(['sft', 'rl']);

function OpenRun({ run }: { readonly run: Run }) {
  const metrics = useQuery(metricsOf(run.id));
  const series = metrics.data ?? [];
  const settings = JSON.stringify(run.spec, null, 2);
  return (
    <PageFrame
      isWide
      title={
        <>
          {run.name} <RunStatusMark status={run.status} />
        </>
      }
      sentence={`${STAGES[run.kind].name}. ${describeResult(run)}`}
      action={run.isInTrash ? null : <RunActions run={run} />}
    >
      <TrashedRun run={run} />
      <RunNow run={run} metrics={series} />
      <FailedRun run={run} metrics={series} />
      <FolderGone run={run} />
      <GuardBanner run={run} metrics={series} />
      {MAKES_DATA.has(run.kind) && run.startedAtMs !== null && <YieldPanel run={run} />}
      <RunCharts run={run} metrics={series} />
      {TRAINS.has(run.kind) && <RunSamples runId={run.id} />}
      <RunProducts run={run} />
      {run.startedAtMs !== null && <ForecastPanel run={run} />}
      <Panel title={texts.settings}>
        <Facts
          rows={[
            [texts.seed, String(run.seed)],
            run.versions['device'] === undefined ? null : [texts.device, inWindowWords(run.versions['device'])],
            [
              texts.versions,
              Object.entries(run.versions)
                .filter(([name]) => name !== 'device')
                .map(([name, version]) => `${name} ${version}`)
                .join(', ') || '–',
            ],
          ]}
        />
        <Disclosure summary={texts.settings}>
          <pre className="run-settings" tabIndex={0}>
            {settings}
          </pre>
          <CopyButton text={settings} label={texts.copySettings} />
        </Disclosure>
      </Panel>
      <RunLog runId={run.id} />
    </PageFrame>
  );
}
