import type { RunStatus, WorkbenchEvent } from '@contracts/runs';

/** States in which a run is going or waiting for its turn. */
const WORKING: ReadonlySet<RunStatus> = new Set(['queued', 'running', 'pausing']);

/** Tells when the first run begins and when the last one has ended; the end of the host ends it. */
export async function watchActivity(bus: EventBus, onChange: (isWorking: boolean) => void): Promise<void> {
  const working = new Set<string>();
  for await (const event of bus.subscribe()) {
    if (event.type !== 'runChanged') continue;
    const before = working.size > 0;
    if (WORKING.has(event.run.status)) working.add(event.run.id);
    else working.delete(event.run.id);
    if (before !== working.size > 0) onChange(working.size > 0);
  }
}

/** Events kept for a window that does not read them; beyond that it gets the newest state only. */
const MAX_WAITING = 2000;

/**
 * Tells every window what happened, after it was stored. A window that reads slowly never slows a job: newer news of the same thing replace
 * older ones that still wait.
 */
export class EventBus {
  readonly #subscriptions = new Set<Subscription>();

  publish(event: WorkbenchEvent): void {
    for (const subscription of this.#subscriptions) subscription.push(event);
  }

  /** Everything from this call on, until `signal` aborts or the reader stops. */
  subscribe(signal?: AbortSignal): AsyncIteratorObject<WorkbenchEvent, undefined, void> {
    const subscription = new Subscription(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    if (signal?.aborted) subscription.close();
    signal?.addEventListener('abort', () => subscription.close(), { once: true });
    return subscription.read();
  }

  /** Listeners now. */
  get subscriberCount(): number {
    return this.#subscriptions.size;
  }

  /** Ends every subscription. */
  close(): void {
    for (const subscription of [...this.#subscriptions]) subscription.close();
  }
}

class Subscription {
  #waiting: WorkbenchEvent[] = [];
  #isClosed = false;
  #wake: (() => void) | null = null;

  constructor(private readonly onClose: () => void) {}

  push(event: WorkbenchEvent): void {
    if (this.#isClosed) return;
    const replaced = this.#waiting.findIndex((waiting) => supersedes(event, waiting));
    if (replaced >= 0) this.#waiting.splice(replaced, 1);
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#wake?.();
  }

  close(): void {
    this.#isClosed = true;
    this.onClose();
    this.#wake?.();
  }

  async *read(): AsyncGenerator<WorkbenchEvent, undefined, void> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next) {
          yield next;
        } else if (this.#isClosed) {
          return undefined;
        } else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = null;
        }
      }
    } finally {
      this.close();
    }
  }
}

/** Whether `newer` makes `older` pointless: the same run's whole state, or the same "look again". */
function supersedes(newer: WorkbenchEvent, older: WorkbenchEvent): boolean {
  if (newer.type !== older.type) return false;
  switch (newer.type) {
    case 'runChanged':
      // A change of status is kept, so that whoever waits for "paused" sees it even if "running" follows at once.
      return older.type === 'runChanged' && newer.run.id === older.run.id && newer.run.status === older.run.status;
    case 'samplesAdded':
      return older.type === 'samplesAdded' && newer.runId === older.runId;
    case 'treesGrowing':
      return older.type === 'treesGrowing' && newer.runId === older.runId;
    case 'changed':
      return older.type === 'changed' && newer.what === older.what;
    default:
      return false;
  }
}
