import type { RunProgress } from '@contracts/runs';
import type { JobProgress } from './job-context';

/** Shortest stretch of time that gives one measurement of the rate. */
const INTERVAL_MS = 1000;
/** Measurements kept: the rate follows a change within about this many seconds. */
const MAX_INTERVALS = 30;
/** Fewer say too little to promise anything. */
const MIN_INTERVALS = 3;
/** Standard deviations of an 80 % range. */
const RANGE_80 = 1.28;
/** Even a steady rate is not known better than this: later work differs from earlier work. */
const LEAST_RELATIVE_ERROR = 0.1;

interface Interval {
  readonly ms: number;
  readonly units: number;
}

/**
 * Turns "40 of 120" into a rate and an honest time left. The rate is measured over the last intervals of the present phase; the range
 * widens with how unevenly they went and with how few there are.
 */
export class ProgressMeter {
  #phase = '';
  #intervals: Interval[] = [];
  #markMs = 0;
  #markDone = 0;
  #tokenMarks: { ms: number; tokens: number }[] = [];

  /** @param nowMs of a monotonic clock; @param wallMs since 1970 */
  measure(progress: JobProgress, nowMs: number, wallMs: number, memoryBytes: number | null): RunProgress {
    if (progress.phase !== this.#phase || progress.done < this.#markDone) this.#begin(progress, nowMs);
    else if (nowMs - this.#markMs >= INTERVAL_MS && progress.done > this.#markDone) this.#endInterval(progress, nowMs);
    return {
      phase: progress.phase,
      done: progress.done,
      total: progress.total,
      unit: progress.unit,
      secondsLeft: this.#secondsLeft(progress),
      tokensPerSecond: this.#tokenRate(progress.tokens, nowMs),
      memoryBytes,
      updatedAtMs: wallMs,
    };
  }

  #begin(progress: JobProgress, nowMs: number): void {
    this.#phase = progress.phase;
    this.#intervals = [];
    this.#markMs = nowMs;
    this.#markDone = progress.done;
  }

  #endInterval(progress: JobProgress, nowMs: number): void {
    this.#intervals.push({ ms: nowMs - this.#markMs, units: progress.done - this.#markDone });
    if (this.#intervals.length > MAX_INTERVALS) this.#intervals.shift();
    this.#markMs = nowMs;
    this.#markDone = progress.done;
  }

  #secondsLeft(progress: JobProgress): RunProgress['secondsLeft'] {
    if (progress.total > 0 && progress.done >= progress.total) return { low: 0, high: 0 };
    if (this.#intervals.length < MIN_INTERVALS || progress.total <= 0) return null;
    const ms = this.#intervals.reduce((sum, interval) => sum + interval.ms, 0);
    const units = this.#intervals.reduce((sum, interval) => sum + interval.units, 0);
    const msPerUnit = ms / units;
    const seconds = ((progress.total - progress.done) * msPerUnit) / 1000;
    // Spread of the intervals' rates, each weighted by its units; the mean of n of them is known to that over the root of n.
    const variance =
      this.#intervals.reduce((sum, one) => sum + one.units * (one.ms / one.units - msPerUnit) ** 2, 0) / units;
    const relative = Math.sqrt(variance / this.#intervals.length) / msPerUnit;
    const error = Math.max(LEAST_RELATIVE_ERROR, RANGE_80 * relative);
    return { low: Math.max(0, seconds * (1 - error)), high: seconds * (1 + error) };
  }

  /** Tokens per second over the last marks; null until there are two. */
  #tokenRate(tokens: number | undefined, nowMs: number): number | null {
    if (tokens === undefined) return null;
    const last = this.#tokenMarks.at(-1);
    if (last && tokens < last.tokens) this.#tokenMarks = [];
    if (!last || nowMs - last.ms >= INTERVAL_MS) this.#tokenMarks.push({ ms: nowMs, tokens });
    if (this.#tokenMarks.length > MAX_INTERVALS / 3) this.#tokenMarks.shift();
    const first = this.#tokenMarks[0];
    if (!first || nowMs <= first.ms) return null;
    return ((tokens - first.tokens) * 1000) / (nowMs - first.ms);
  }
}
