import type { Run } from '@contracts/runs';
import { formatBytes, formatDuration, formatInteger, formatRange } from '../../lib/format';
import { Progress } from '../../ui/marks';
import { texts } from './texts/en';

const GOING: ReadonlySet<Run['status']> = new Set(['queued', 'running', 'pausing', 'paused', 'interrupted']);

/** The moment of a run: phase, share done, time left as a range, and the numbers that matter now. */
export function RunNow({ run }: { readonly run: Run }) {
  const { progress } = run;
  if (!progress || !GOING.has(run.status)) return null;
  const isMoving = run.status === 'running';
  return (
    <section className="run-now" aria-label={texts.phase}>
      <p className="run-phase">
        {texts.liveStatus(
          progress.phase,
          formatInteger(Math.floor(progress.done)),
          formatInteger(progress.total),
          progress.unit,
        )}
        {isMoving && (
          <span className="run-left">
            {progress.secondsLeft
              ? texts.left(formatRange(progress.secondsLeft.low, progress.secondsLeft.high))
              : texts.noEstimate}
          </span>
        )}
      </p>
      <Progress share={progress.total > 0 ? progress.done / progress.total : null} label={progress.phase} />
      <dl className="run-numbers">
        <Figure name={texts.worked} value={formatDuration(run.activeSeconds)} />
        {isMoving && progress.tokensPerSecond !== null && (
          <Figure name={texts.speed} value={texts.perSecond(formatInteger(progress.tokensPerSecond))} />
        )}
        {isMoving && progress.memoryBytes !== null && (
          <Figure name={texts.memory} value={formatBytes(progress.memoryBytes)} />
        )}
      </dl>
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
