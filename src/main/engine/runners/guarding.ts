import type { JobRecord } from '@contracts/engine-protocol';
import { NumericError } from '@core/errors';
import type { GuardedKind } from '@core/train/guard/detector';
import { observe, type Alarm, type GuardState } from '@core/train/guard/guard';
import type { JobContext } from '../job-context';

type GuardedContext = Pick<JobContext<GuardedKind>, 'spec' | 'log'>;

/** Where a training keeps what its guard remembers. */
interface Guarded {
  guard: GuardState;
}

/**
 * Lets the guard look at the metrics of one step.
 * @returns the metrics to store, figures that are not finite left out, and with them what the guard has to say
 */
export function guardedMetrics(
  context: GuardedContext,
  progress: Guarded,
  step: number,
  values: Readonly<Record<string, number>>,
): JobRecord[] {
  const finite = Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
  const metrics: JobRecord = { type: 'metrics', step, values: finite };
  const { kind, config } = context.spec;
  if (config.onCollapse === 'ignore') return [metrics];
  const { state, alarms } = observe(kind, progress.guard, { step, values });
  progress.guard = state;
  for (const { detector, words } of alarms)
    context.log('warning', `Guard, ${detector}: ${words}`, { code: 'guard', values: { detector } });
  return [metrics, ...alarms.map(alarmRecord)];
}

/** Whether the guard has just said something for which this run is to stop. */
export function wantsPause(context: GuardedContext, records: readonly JobRecord[]): boolean {
  return context.spec.config.onCollapse === 'pause' && records.some(({ type }) => type === 'alarm');
}

/** Does a piece of work; when a number in it is not finite, that is told as an alarm before the run fails with it. */
export async function guardedWork<T>(
  context: GuardedContext & Pick<JobContext, 'commit'>,
  step: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NumericError)
      await context.commit([alarmRecord({ detector: 'not-finite', step, figures: [], words: error.message })]);
    throw error;
  }
}

function alarmRecord({ figures, ...alarm }: Alarm): JobRecord {
  const known = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
  return {
    type: 'alarm',
    alarm: {
      ...alarm,
      figures: figures.map(({ metric, before, now }) => ({ metric, before: known(before), now: known(now) })),
    },
  };
}
