import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { AlarmAnswer, RunEvent } from '@contracts/run-events';
import type { MetricSeries, Run } from '@contracts/runs';
import { WHOLE_VIEW } from '../../charts/layers';
import { LineChart } from '../../charts/LineChart';
import { api } from '../../lib/api';
import { formatNumber, formatPercent } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Disclosure, Facts } from '../../ui/Panel';
import { recoverFrom } from './recovery';
import { describeMetric } from './run-charts';
import { texts } from './texts/guard.en';
import { bestPoint, useFork, useForkPoints } from './use-fork';

type AlarmEvent = Extract<RunEvent, { kind: 'alarm' }>;

const GOING: ReadonlySet<Run['status']> = new Set(['running', 'paused', 'pausing', 'failed', 'interrupted']);

/** What the guard has seen in a run: the first notice that nobody has answered, calmly, with its evidence and the ways on; what followed from it, below. */
export function GuardBanner({ run, metrics }: { readonly run: Run; readonly metrics: readonly MetricSeries[] }) {
  const events = useQuery(api.runs.events.queryOptions({ input: { id: run.id } }));
  const alarms = (events.data ?? []).filter((event) => event.kind === 'alarm');
  const open = alarms.find(({ answer }) => answer === null);
  const others = alarms.filter((event) => event !== open);
  if (alarms.length === 0) return null;
  return (
    <section className="guard" aria-label={texts.label}>
      {open && <OpenAlarm run={run} event={open} metrics={metrics} />}
      {others.length > 0 && (
        <Disclosure summary={texts.others(others.length)}>
          <ul className="guard-earlier">
            {others.map(({ id, alarm, answer }) => (
              <li key={id}>
                <b>{texts.ways[alarm.detector].title}</b> {texts.sinceStep(alarm.step)} {evidenceInWords(alarm)}{' '}
                {answer !== null && <span className="run-quiet">({texts.answers[answer]})</span>}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </section>
  );
}

function OpenAlarm({
  run,
  event,
  metrics,
}: {
  readonly run: Run;
  readonly event: AlarmEvent;
  readonly metrics: readonly MetricSeries[];
}) {
  const { alarm } = event;
  const way = texts.ways[alarm.detector];
  const answer = useMutation(api.runs.answerAlarm.mutationOptions());
  const pause = useMutation(api.runs.pause.mutationOptions());
  const resume = useMutation(api.runs.resume.mutationOptions());
  const fork = useFork(run);
  const best = bestPoint(useForkPoints(run));
  const recovery = recoverFrom(alarm.detector, run.spec.config);
  const say = (value: AlarmAnswer) => answer.mutateAsync({ id: run.id, eventId: event.id, answer: value });
  const error = answer.error ?? pause.error ?? resume.error ?? fork.error;
  return (
    <div role="status" className="guard-open">
      <h2>
        <span aria-hidden="true">!</span> {way.title}
      </h2>
      <p>
        {way.meaning} {texts.sinceStep(alarm.step)}
        {run.status === 'paused' && ` ${texts.stopped}`}
      </p>
      <div className="guard-evidence">
        <Facts
          rows={alarm.figures.slice(0, 6).map(({ metric, before, now }) => {
            const { label, show } = figureOf(metric);
            return [label, before === null ? show(now) : texts.change(show(before), show(now))] as const;
          })}
        />
        <EvidenceChart runId={run.id} alarm={alarm} metrics={metrics} />
      </div>
      <div className="row">
        {best && (
          <Button
            look="primary"
            isBusy={fork.isPending}
            onClick={() =>
              void say('rolledBack').then(() => fork.mutateAsync({ point: best, changes: recovery.changes }))
            }
          >
            {texts.rollBack(best.step === null ? texts.start : texts.bestAt(best.step))}
          </Button>
        )}
        {run.status === 'running' && (
          <Button isBusy={pause.isPending} onClick={() => void say('paused').then(() => pause.mutate({ id: run.id }))}>
            {texts.pause}
          </Button>
        )}
        {GOING.has(run.status) && (
          <Button
            look="quiet"
            isBusy={answer.isPending}
            onClick={() =>
              void say('goOn').then(() => {
                if (run.status === 'paused') resume.mutate({ id: run.id });
              })
            }
          >
            {texts.goOn}
          </Button>
        )}
      </div>
      {best && <p className="run-quiet">{texts.rollBackHelp(recovery.words)}</p>}
      {error && <ErrorView error={error} />}
    </div>
  );
}

/** The metric that speaks loudest, with the moment at which it was noticed. */
function EvidenceChart({
  runId,
  alarm,
  metrics,
}: {
  readonly runId: string;
  readonly alarm: AlarmEvent['alarm'];
  readonly metrics: readonly MetricSeries[];
}) {
  const [first] = alarm.figures;
  const found = metrics.find(({ name }) => name === first?.metric);
  const chart = useMemo(() => {
    if (!found || found.steps.length < 2) return null;
    const { label, isShare } = describeMetric(found.name);
    return { label, isShare, series: [{ ...found, label }] };
  }, [found]);
  const marks = useMemo(
    () => [{ step: alarm.step, glyph: '!', name: texts.label, tone: 'alarm' as const }],
    [alarm.step],
  );
  if (chart === null) return null;
  return (
    <LineChart
      title={chart.label}
      series={chart.series}
      isShare={chart.isShare}
      cursorGroup={runId}
      view={WHOLE_VIEW}
      onRange={ignoreRange}
      marks={marks}
    />
  );
}

/** The figure that speaks loudest, in the window's language. */
function evidenceInWords({ figures: [first], words }: AlarmEvent['alarm']): string {
  if (!first) return words;
  const { label, show } = figureOf(first.metric);
  const figure = first.before === null ? show(first.now) : texts.change(show(first.before), show(first.now));
  return `${label}: ${figure}.`;
}

/** The evidence is shown whole: a zoom would hide what it is compared with. */
function ignoreRange(): void {}

function figureOf(metric: string): { readonly label: string; readonly show: (value: number | null) => string } {
  const { label, isShare } = describeMetric(metric);
  return { label, show: (value) => (value === null ? '–' : isShare ? formatPercent(value) : formatNumber(value)) };
}
