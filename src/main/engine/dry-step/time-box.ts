import { CancelledError } from '@core/errors';
import type { CancelToken } from '@core/ports';
import type { DryPart } from '@contracts/dry-step';

/** A token that is aborted once the time is up, or with `outer`. */
export function deadline(outer: CancelToken, nowMs: () => number, seconds: number): CancelToken {
  const endMs = nowMs() + 1000 * seconds;
  return {
    get aborted() {
      return outer.aborted || nowMs() >= endMs;
    },
    throwIfAborted() {
      outer.throwIfAborted();
      if (nowMs() >= endMs) throw new CancelledError();
    },
  };
}

/** Does some work until the time is up; what is cut off then is no failure. Returns whether all of it was done. */
export async function untilDeadline(outer: CancelToken, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    outer.throwIfAborted();
    if (error instanceof CancelledError) return false;
    throw error;
  }
}

export interface Written {
  /** Tokens written in all. */
  readonly tokens: number;
  /** Texts, walks or tries that came to their end. */
  readonly ended: number;
  /** Whether all came to their end before the time was up. */
  readonly isWhole: boolean;
  /** Length of one at most, tokens. */
  readonly cap: number;
  /** What one is likely to take before anything was seen, tokens. */
  readonly prior: number;
}

/**
 * How long one text is on average, from texts that the clock may have cut off: the rate of endings per token, with one ending at the
 * likely length added as what was known before, and no text longer than the cap.
 */
export function expectedTokens({ tokens, ended, isWhole, cap, prior }: Written): number {
  if (isWhole && ended > 0) return Math.max(1, tokens / ended);
  const endings = (ended + 1) / (tokens + Math.max(1, Math.min(prior, cap)));
  return Math.max(1, (1 - Math.exp(-endings * cap)) / endings);
}

/** Lengths of texts differ about as much as they are long. */
const SPREAD_OF_LENGTHS = 1;
/** Clocks and caches. */
const SPREAD_OF_TIMES = 0.08;

/** What was written as a part of a job. */
export function writtenPart(name: DryPart['name'], written: Written, seconds: number): DryPart {
  const known = written.ended + (written.isWhole ? 0 : 1);
  return {
    name,
    amount: Math.max(1e-3, written.tokens / expectedTokens(written)),
    seconds,
    deviation: Math.hypot(SPREAD_OF_TIMES, SPREAD_OF_LENGTHS / Math.sqrt(Math.max(1, known))),
  };
}

/** Something that was done a number of times as a part of a job. */
export function countedPart(name: DryPart['name'], amount: number, seconds: number): DryPart {
  return { name, amount, seconds, deviation: SPREAD_OF_TIMES };
}
