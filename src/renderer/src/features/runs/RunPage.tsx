import { useQuery } from '@tanstack/react-query';
import { RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { LineChart } from '../../charts/LineChart';
import { api } from '../../lib/api';
import { ButtonLink } from '../../ui/Button';
import { CopyButton, ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Disclosure, Facts, Panel } from '../../ui/Panel';
import { RunStatusMark } from '../stages/RunStatusMark';
import { describeResult } from '../stages/run-facts';
import { RunActions } from './RunActions';
import { RunLog } from './RunLog';
import { RunNow } from './RunNow';
import { RunProducts } from './RunProducts';
import { RunSamples } from './RunSamples';
import { chartsOf } from './run-charts';
import { texts } from './texts/en';
import './run.css';

/** One run: where it stands, its charts, what the model writes, what it made, its settings and its log. */
export function RunPage({ params }: PageProps<'run'>) {
  const id = RunId.parse(params.runId);
  const run = useQuery(api.runs.get.queryOptions({ input: { id } }));
  const back = <ButtonLink href={href('runs', { projectId: params.projectId })}>{texts.backToRuns}</ButtonLink>;
  return (
    <Loaded query={run} errorActions={back}>
      {(data) => <OpenRun run={data} />}
    </Loaded>
  );
}

function OpenRun({ run }: { readonly run: Run }) {
  const metrics = useQuery(api.runs.metrics.queryOptions({ input: { id: run.id } }));
  const charts = chartsOf(metrics.data ?? []);
  const settings = JSON.stringify(run.spec, null, 2);
  return (
    <PageFrame
      title={
        <>
          {run.name} <RunStatusMark status={run.status} />
        </>
      }
      sentence={`${STAGES[run.kind].name}. ${describeResult(run)}`}
      action={<RunActions run={run} />}
    >
      <RunNow run={run} />
      {run.error && <ErrorView error={run.error} />}
      {charts.length > 0 && (
        <Panel title={texts.chartsTitle}>
          <div className="run-charts">
            {charts.map((chart) => (
              <LineChart
                key={chart.id}
                title={chart.title}
                series={chart.series}
                isLog={chart.isLog}
                isShare={chart.isShare}
                isNoisy={chart.isNoisy}
                cursorGroup={run.id}
              />
            ))}
          </div>
        </Panel>
      )}
      {(run.kind === 'rl' || run.kind === 'sft') && <RunSamples runId={run.id} />}
      <RunProducts run={run} />
      <Panel title={texts.settings}>
        <Facts
          rows={[
            [texts.seed, String(run.seed)],
            run.versions['device'] === undefined ? null : [texts.device, run.versions['device']],
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
