import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** How to start a worker and what to tell it first. */
export interface WorkerStart {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** First lines on its stdin. */
  readonly opening: string;
}

interface Answer {
  readonly ready?: boolean;
  readonly value?: number;
  readonly about?: string;
  readonly error?: string;
}

/**
 * A way that is so slow cannot be the best one, e.g. bf16 on a processor without it: preparing and warming up take a few seconds, a sample half a
 * minute at most.
 */
const LIMITS_MS: WorkerLimits = { start: 60_000, warm: 60_000, run: 120_000 };

/** Milliseconds after which a worker is given up. */
export interface WorkerLimits {
  readonly start: number;
  readonly warm: number;
  readonly run: number;
}

/** A program that prepares itself, says `{"ready": true}` and then answers each word with one JSON line. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  readonly #limits: WorkerLimits;
  #complaints = '';
  /** What it last said about itself. */
  about: string | undefined;

  private constructor({ file, arguments: args, env, opening }: WorkerStart, limits: Partial<WorkerLimits>) {
    this.#limits = { ...LIMITS_MS, ...limits };
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines.on('line', (line) => {
      // Workers are ours and print nothing but answers.
      if (line.startsWith('{')) this.#waiting.shift()?.resolve(JSON.parse(line) as Answer);
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-4000);
    });
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#child.on('close', (code, signal) => this.#fail(`ended with ${code ?? signal}${this.#lastComplaint()}`));
    // A worker that died is reported by its exit; the broken pipe says no more.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdin?.write(`${opening}\n`);
  }

  /** Starts a worker and waits until it is prepared. @throws {Error} with the reason when it is not */
  static async start(start: WorkerStart, limits: Partial<WorkerLimits> = {}): Promise<WorkerProcess> {
    const worker = new WorkerProcess(start, limits);
    try {
      await worker.#answer(worker.#limits.start);
    } catch (error) {
      worker.kill();
      throw error;
    }
    return worker;
  }

  /** @returns the worker's value for this word */
  async ask(word: 'warm' | 'run'): Promise<number> {
    this.#child.stdin?.write(`${word}\n`);
    const { value } = await this.#answer(this.#limits[word]);
    if (value === undefined) throw new Error('answered without a value');
    return value;
  }

  /** Ends it at once: a worker keeps nothing. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.kill();
    await closed;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #answer(limitMs: number): Promise<Answer> {
    if (this.#child.exitCode !== null) throw new Error(`ended with ${this.#child.exitCode}${this.#lastComplaint()}`);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        reject(new Error(`gave no answer within ${limitMs / 1000} s`));
      }, limitMs);
      this.#waiting.push({
        resolve: (given) => {
          clearTimeout(timer);
          resolve(given);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    this.about = answer.about ?? this.about;
    return answer;
  }

  #fail(reason: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(reason));
  }

  #lastComplaint(): string {
    const lines = this.#complaints.trim().split('\n');
    const last = lines.findLast((line) => line.includes('Error')) ?? lines.at(-1) ?? '';
    return last === '' ? '' : `: ${last.slice(0, 200)}`;
  }
}
