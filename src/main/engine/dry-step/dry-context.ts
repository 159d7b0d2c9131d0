import type { DryMeasure, DryPart, DryPhase } from '@contracts/dry-step';
import type { JobKind } from '@contracts/stages';
import type { JobContext } from '../job-context';

/** What a dry step may use of the world: what a runner opens things with, a clock, and a way to say what goes on. */
export interface DryContext<K extends JobKind = JobKind> extends Pick<
  JobContext<K>,
  'job' | 'spec' | 'stateFolder' | 'cancel' | 'log' | 'noteDevice'
> {
  nowMs(): number;
  phase(phase: DryPhase): void;
  /** Says that everything is open: what comes now repeats itself in a run. */
  opened(): void;
}

/** What timing a part takes, whatever the kind of job. */
export type DryTools = Pick<DryContext, 'nowMs' | 'phase' | 'cancel' | 'stateFolder'>;

export type DryFigures = Pick<DryMeasure, 'parts'> & Partial<Pick<DryMeasure, 'stateBytes' | 'responsesPerTree'>>;

/** Does a little of a job as its runner would, and says what each part of it took. */
export type DryStep<K extends JobKind> = (context: DryContext<K>) => Promise<DryFigures>;

/** Seconds since a moment of the context's clock. */
export async function timed(context: Pick<DryContext, 'nowMs'>, work: () => Promise<unknown>): Promise<number> {
  const startMs = context.nowMs();
  await work();
  return Math.max(1e-6, (context.nowMs() - startMs) / 1000);
}

/** What there is of some parts. */
export function present(...parts: readonly (DryPart | null)[]): DryPart[] {
  return parts.filter((part) => part !== null);
}
