import type { Run } from '@contracts/runs';

/** Runs that ended while this window was open, newest first; read by the status bar and by the system's notifications. */
let news: readonly Run[] = [];
const listeners = new Set<() => void>();

const SETTLED: ReadonlySet<Run['status']> = new Set(['finished', 'failed', 'interrupted']);
/** Of an end that nobody here saw begin: it counts as news while it is this fresh. */
const FRESH_MS = 10_000;
/** Shorter runs end while their person still looks. */
const LONG_SECONDS = 20;

/** Whether a change of a run is the end of a long one. @param before its status as this window knew it */
export function isNews(before: Run['status'] | undefined, run: Run, nowMs: number): boolean {
  if (!SETTLED.has(run.status) || run.activeSeconds < LONG_SECONDS) return false;
  if (before !== undefined) return !SETTLED.has(before);
  return run.finishedAtMs !== null && nowMs - run.finishedAtMs < FRESH_MS;
}

export function reportRun(run: Run): void {
  set([run, ...news.filter(({ id }) => id !== run.id)]);
}

export function dismissRun(id: Run['id']): void {
  set(news.filter((run) => run.id !== id));
}

export const runNews = {
  get: (): readonly Run[] => news,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function set(next: readonly Run[]): void {
  news = next;
  for (const listener of listeners) listener();
}
