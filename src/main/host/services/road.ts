import type { Evaluation } from '@contracts/evaluations';
import type { Dataset } from '@contracts/examples';
import type { ProjectOverview, StageState } from '@contracts/projects';
import type { Run } from '@contracts/runs';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { ROAD, type JobKind } from '@contracts/stages';
import type { StoredCheckpoint } from '../store/repositories/checkpoints';
import type { ProjectCounts } from '../store/repositories/projects';

/** What the road is read off. Runs, data sets and evaluations newest first, checkpoints oldest first. */
export interface RoadFacts {
  readonly runs: readonly Run[];
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly datasets: readonly Dataset[];
  readonly evaluations: readonly Evaluation[];
  readonly counts: ProjectCounts;
}

interface Stage {
  /** Why it cannot start yet; empty when it can. */
  readonly blockedBy: (facts: RoadFacts) => string;
  /** What it has produced, in words; empty when nothing. */
  readonly figure: (facts: RoadFacts) => string;
}

const STAGES: { readonly [K in JobKind]: Stage } = {
  import: {
    blockedBy: () => '',
    figure: ({ counts }) => (counts.checkpoints ? plural(counts.checkpoints, 'checkpoint') : ''),
  },
  tokens: {
    blockedBy: ({ counts }) => (counts.checkpoints ? '' : 'Import a model first.'),
    figure: ({ checkpoints }) => {
      const newest = checkpoints.findLast((one) => one.hasFunctionalTokens);
      return newest ? `${2 * (newest.tokenSet?.tokens ?? FUNCTIONAL_TOKENS).length} tokens added` : '';
    },
  },
  search: {
    blockedBy: ({ counts }) =>
      !counts.checkpoints ? 'Import a model first.' : !counts.questions ? 'Import questions first.' : '',
    figure: ({ counts }) => (counts.trees ? plural(counts.trees, 'tree') : ''),
  },
  examples: {
    blockedBy: ({ counts }) => (counts.trees ? '' : 'Grow trees first.'),
    figure: ({ datasets: [newest] }) => (newest?.count ? plural(newest.count, 'example') : ''),
  },
  sft: {
    blockedBy: ({ checkpoints, counts }) =>
      !counts.examples
        ? 'Make examples first.'
        : checkpoints.some((one) => one.hasFunctionalTokens)
          ? ''
          : 'Add the functional tokens first.',
    figure: ({ runs }) => finishedFigure(runs, 'sft', 'fine-tuned'),
  },
  prm: {
    blockedBy: ({ counts }) => (counts.trees ? '' : 'Grow trees first.'),
    figure: ({ runs }) => finishedFigure(runs, 'prm', 'trained'),
  },
  rl: {
    blockedBy: ({ checkpoints, counts, runs }) =>
      !checkpoints.some((one) => one.hasFunctionalTokens)
        ? 'Add the functional tokens first.'
        : !runs.some((run) => run.kind === 'sft' && run.outputs.checkpointIds.length > 0)
          ? 'Fine-tune first: exploring needs a model that uses the tokens.'
          : counts.questions
            ? ''
            : 'Import questions first.',
    figure: ({ runs }) => finishedFigure(runs, 'rl', 'explored'),
  },
  evaluate: {
    blockedBy: ({ counts }) =>
      !counts.checkpoints ? 'Import a model first.' : !counts.questions ? 'Import questions first.' : '',
    figure: ({ evaluations: [newest] }) => {
      if (!newest) return '';
      const { value, low, high } = newest.accuracy;
      return `${percent(value)} ± ${Math.round(((high - low) / 2) * 100)}`;
    },
  },
  export: {
    blockedBy: ({ counts }) => (counts.checkpoints ? '' : 'Import a model first.'),
    figure: ({ runs }) => finishedFigure(runs, 'export', 'exported'),
  },
};

/** Every stage in order with its state, and the one that comes next. */
export function describeRoad(facts: RoadFacts): Pick<ProjectOverview, 'road' | 'nextStage'> {
  const road = ROAD.map((kind): StageState => {
    const newest = facts.runs.find((run) => run.kind === kind);
    const running = facts.runs.find(
      (run) => run.kind === kind && (run.status === 'running' || run.status === 'pausing' || run.status === 'queued'),
    );
    const reason = STAGES[kind].blockedBy(facts);
    const figure = STAGES[kind].figure(facts);
    const shared = { kind, reason, newestRunId: newest?.id ?? null };
    if (running) return { ...shared, reason: '', state: 'running', figure: describeProgress(running) };
    if (figure) return { ...shared, reason: '', state: 'done', figure };
    return { ...shared, state: reason ? 'not-yet' : 'ready', figure: '' };
  });
  return { road, nextStage: road.find((stage) => stage.state !== 'done')?.kind ?? null };
}

/** A running job in a few words. */
export function describeProgress({ status, progress }: Run): string {
  if (status === 'queued') return 'waiting for the engine';
  if (status === 'pausing') return 'pausing';
  if (!progress) return 'starting';
  if (progress.secondsLeft && progress.secondsLeft.high > 0) return `${describeRange(progress.secondsLeft)} left`;
  return progress.total > 0 ? `${Math.floor(progress.done)} of ${progress.total} ${progress.unit}` : progress.phase;
}

/** "about 4 minutes", "2 to 5 minutes". */
export function describeRange({ low, high }: { low: number; high: number }): string {
  const [size, unit] = high < 90 ? [1, 'second'] : high < 5400 ? [60, 'minute'] : [3600, 'hour'];
  const from = Math.round(low / size);
  const to = Math.max(1, Math.round(high / size));
  return from === to || from === 0 ? `about ${plural(to, unit)}` : `${from} to ${plural(to, unit)}`;
}

function finishedFigure(runs: readonly Run[], kind: JobKind, done: string): string {
  const finished = runs.filter((run) => run.kind === kind && run.status === 'finished').length;
  if (finished === 0) return '';
  return finished === 1 ? done : `${done}, ${finished} runs`;
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
