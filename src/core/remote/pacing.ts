import type { Rng } from '../ports';

/** Time comes in from outside. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that wants to be left alone for longer is taken at its word, but not for ever. */
const LONGEST_RETRY_AFTER_MS = 10 * MINUTE_MS;

/**
 * Milliseconds to wait before try `tries + 1`: what the server asked for, else a random time up to 0.5 s, 1 s, 2 s … 30 s ("full jitter",
 * Brooker 2015), so that many requests which failed together do not come back together.
 */
export function waitBefore(tries: number, retryAfterMs: number | null, rng: Rng): number {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) + rng.next() * FIRST_WAIT_MS;
  return rng.next() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
}

/** Seconds or a date, as the header `Retry-After` has them; null where it says nothing of use. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

export interface RateLimits {
  readonly maxInFlight: number;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** Lets requests through in the order in which they come, no faster than the limits say. */
export interface Gate {
  /** Resolves when a request of about so many tokens may go. @returns what to call when it is over */
  enter(tokens: number): Promise<() => void>;
}

/** A window of one minute that moves: within any minute no more than the limits; one request larger than a limit goes alone. */
export function createGate({ maxInFlight, requestsPerMinute, tokensPerMinute }: RateLimits, clock: Clock): Gate {
  const recent: { atMs: number; tokens: number }[] = [];
  let inFlight = 0;
  let turn = Promise.resolve();
  const waiting: (() => void)[] = [];

  const untilAllowed = (tokens: number): number => {
    const now = clock.nowMs();
    while (recent[0] && recent[0].atMs <= now - MINUTE_MS) recent.shift();
    const [oldest] = recent;
    if (!oldest) return 0;
    const used = recent.reduce((sum, each) => sum + each.tokens, 0);
    const isOver =
      (requestsPerMinute !== null && recent.length >= requestsPerMinute) ||
      (tokensPerMinute !== null && used + tokens > tokensPerMinute);
    return isOver ? oldest.atMs + MINUTE_MS - now : 0;
  };
  const pass = async (tokens: number): Promise<void> => {
    while (inFlight >= maxInFlight) await new Promise<void>((resolve) => waiting.push(resolve));
    for (let wait = untilAllowed(tokens); wait > 0; wait = untilAllowed(tokens)) await clock.sleep(wait);
    inFlight++;
    recent.push({ atMs: clock.nowMs(), tokens });
  };
  return {
    async enter(tokens) {
      const mine = turn.then(() => pass(tokens));
      turn = mine;
      await mine;
      return () => {
        inFlight--;
        waiting.shift()?.();
      };
    },
  };
}
