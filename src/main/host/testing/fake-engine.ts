import type { EngineJob, FromEngine, JobRecord, ToEngine } from '@contracts/engine-protocol';
import type { EngineChild, EngineExit } from '../jobs/engine-child';

/** An engine process that a test plays by hand. */
export class FakeEngine implements EngineChild {
  readonly received: ToEngine[] = [];
  isKilled = false;
  hasExited = false;
  #onMessage: (message: unknown) => void = () => undefined;
  #onExit: (exit: EngineExit) => void = () => undefined;
  #nextBatch = 1;

  post(message: ToEngine): void {
    this.received.push(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  onExit(listener: (exit: EngineExit) => void): void {
    this.#onExit = listener;
  }

  kill(): void {
    this.isKilled = true;
    this.exit({ signal: 'SIGKILL' });
  }

  say(message: FromEngine): void {
    this.#onMessage(message);
  }

  /** Sends whatever a broken engine might. */
  sayRaw(message: unknown): void {
    this.#onMessage(message);
  }

  /** Commits records; returns the number of the batch. */
  commit(records: readonly JobRecord[]): number {
    const batch = this.#nextBatch++;
    this.say({ type: 'commit', batch, records: [...records] });
    return batch;
  }

  settle(outcome: Extract<FromEngine, { type: 'settled' }>['outcome'], result = {}): void {
    this.say({ type: 'settled', outcome, result, error: null });
  }

  exit({ code = null, signal = null, lastWords = '' }: Partial<EngineExit> = {}): void {
    if (this.hasExited) return;
    this.hasExited = true;
    this.#onExit({ code, signal, lastWords });
  }

  /** Ends as a well-behaved engine does. */
  finish(result = {}): void {
    this.settle('finished', result);
    this.exit({ code: 0 });
  }

  get job(): EngineJob {
    const start = this.received.find((message) => message.type === 'start');
    if (start?.type !== 'start') throw new Error('The engine was not started.');
    return start.job;
  }

  get acknowledged(): number[] {
    return this.received.flatMap((message) => (message.type === 'ack' ? [message.batch] : []));
  }

  hasReceived(type: ToEngine['type']): boolean {
    return this.received.some((message) => message.type === type);
  }
}
