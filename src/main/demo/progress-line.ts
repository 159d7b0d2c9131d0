import type { Run } from '@contracts/runs';
import type { ReportStage } from './walk-road';

/** Where the line goes: a terminal that can be overwritten, or a file that gets a line now and then. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
  nowMs(): number;
}

/** How often a log file gets a line of a running stage. */
const LOG_EVERY_MS = 10_000;

/** One line that a person can follow: stage, what happens, share done, time left. Finished runs leave a line of their own. */
export class ProgressLine {
  readonly #output: ProgressOutput;
  #lastLogMs = -Infinity;
  #lastFinished = '';

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  show(stage: ReportStage, run: Run): void {
    if (run.status === 'finished') {
      if (this.#lastFinished === run.id) return;
      this.#lastFinished = run.id;
      this.#clear();
      this.#output.write(`✓ ${describeFinished(stage, run)}\n`);
      return;
    }
    const text = describeRunning(stage, run);
    if (this.#output.isTerminal) {
      this.#clear();
      this.#output.write(text.slice(0, Math.max(20, this.#output.columns - 1)));
    } else if (this.#output.nowMs() - this.#lastLogMs >= LOG_EVERY_MS) {
      this.#lastLogMs = this.#output.nowMs();
      this.#output.write(`  ${text}\n`);
    }
  }

  #clear(): void {
    if (this.#output.isTerminal) this.#output.write('\r\u001b[2K');
  }
}

/** E.g. "search · growing trees 120 of 300 trees (40 %), about 1 min left". */
export function describeRunning(stage: ReportStage, run: Run): string {
  const { progress } = run;
  if (!progress) return `${stage} · ${run.name} …`;
  const share = progress.total > 0 ? ` (${Math.floor((100 * progress.done) / progress.total)} %)` : '';
  const left = progress.secondsLeft
    ? `, ${describeSeconds((progress.secondsLeft.low + progress.secondsLeft.high) / 2)} left`
    : '';
  return `${stage} · ${progress.phase} ${Math.floor(progress.done)} of ${progress.total} ${progress.unit}${share}${left}`;
}

function describeFinished(stage: ReportStage, run: Run): string {
  return `${stage} · ${run.name}: ${run.activeSeconds.toFixed(1)} s`;
}

function describeSeconds(seconds: number): string {
  return seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`;
}
