import type { MetricSeries, Run } from '@contracts/runs';
import { inWindowWords } from '../../app/host-words';
import { formatBytes, formatDuration, formatInteger, formatRange } from '../../lib/format';
import { Progress } from '../../ui/marks';
import { headFigures } from './head-figures';
import { texts } from './texts/en';

const GOING: ReadonlySet<Run['status']> = new Set(['queued', 'running', 'pausing', 'paused', 'interrupted', 'failed']);

/** The moment of a run: phase, share done, time left as a range, and the numbers that matter now. */
export function RunNow({ run, metrics }: { readonly run: Run; readonly metrics: readonly MetricSeries[] }) {
  const { progress } = run;
  const isGoing = GOING.has(run.status);
  const isMoving = run.status === 'running' || run.status === 'pausing';
  const figures = headFigures(run, metrics);
  if (!(progress && isGoing) && figures.length === 0) return null;
  return (
    <section className="run-now" aria-label={texts.phase}>
      {progress && isGoing && (
        <>
          <p className="run-phase">
            <span>
              <b>{inWindowWords(progress.phase)}</b>{' '}
              {texts.ofTotal(
                formatInteger(Math.floor(progress.done)),
                formatInteger(progress.total),
                inWindowWords(progress.unit),
              )}
            </span>
            {isMoving && (
              <span className="run-left">
                {progress.secondsLeft
                  ? texts.left(formatRange(progress.secondsLeft.low, progress.secondsLeft.high))
                  : texts.noEstimate}
              </span>
            )}
          </p>
          <Progress
            share={progress.total > 0 ? progress.done / progress.total : null}
            label={inWindowWords(progress.phase)}
          />
        </>
      )}
      <dl className="run-numbers">
        {figures.map(({ name, value, since }) => (
          <Figure key={name} name={name} value={value} since={since} />
        ))}
        {isMoving && progress && progress.tokensPerSecond !== null && (
          <Figure name={texts.speed} value={texts.perSecond(formatInteger(progress.tokensPerSecond))} />
        )}
        {isMoving && progress && progress.memoryBytes !== null && (
          <Figure name={texts.memory} value={formatBytes(progress.memoryBytes)} />
        )}
        <Figure name={texts.worked} value={formatDuration(run.activeSeconds)} />
      </dl>
    </section>
  );
}

function Figure({
  name,
  value,
  since = null,
}: {
  readonly name: string;
  readonly value: string;
  readonly since?: string | null;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {since !== null && <span className="run-since">{since}</span>}
      </dd>
    </div>
  );
}
