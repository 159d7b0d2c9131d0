import type { Measurement } from '../row';

/** Frames a second that a window shows at best, less what a clock of 60 Hz may be off in a few seconds. */
export const FULL_RATE = 59;

/** Frames a second over a stretch of frame times (ms). */
export function framesPerSecond(times: readonly number[]): number {
  const total = times.reduce((sum, time) => sum + time, 0);
  return total === 0 ? Number.NaN : (1000 * times.length) / total;
}

/** The value below which a share of the frame times lies (nearest rank). */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** The rows of something that shall stay smooth: frames a second, and the frame time that 95 of 100 keep. */
export function smoothness(name: string, rounds: readonly (readonly number[])[]): Measurement[] {
  return [
    { case: name, unit: 'frames/s', samples: rounds.map(framesPerSecond), goal: FULL_RATE },
    {
      case: `${name}, 95 of 100 frames within`,
      unit: 'ms',
      samples: rounds.map((times) => percentile(times, 0.95)),
      // One frame of 60 Hz, with the jitter of the clock that reports it.
      goal: 18,
      better: 'lower',
    },
  ];
}
