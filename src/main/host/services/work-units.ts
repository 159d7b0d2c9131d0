import type { JobSpec } from '@contracts/jobs';
import type { JobKind } from '@contracts/stages';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findDataset } from '../store/repositories/examples';
import { findQuestionSet } from '../store/repositories/question-sets';
import { findRun } from '../store/repositories/runs';
import type { ReadableDb } from '../store/sql';

/** How much work a job is, in numbers that two jobs of the same kind can be compared by. */
export interface Work {
  /** Tokens read, written or trained on; parameters moved, where a stage only rewrites files. */
  readonly units: number;
  /** Parameters of the model; the time of a unit grows with them. */
  readonly parameterCount: number;
  /** Floating-point operations of a unit for each parameter: 2 to write or read a token, 6 to train on one, 0 to copy. */
  readonly flopsPerParameter: number;
}

type SpecOf<K extends JobKind> = Extract<JobSpec, { kind: K }>;
type Reckon<K extends JobKind> = (db: ReadableDb, spec: SpecOf<K>) => Omit<Work, 'parameterCount'>;

/** Share of the longest allowed step or response that is used on average; measured on both kinds of models, it varies by a factor of two. */
const USED_SHARE = 0.3;
/** Tokens of an example where nothing is known. */
const EXAMPLE_TOKENS = 200;
/** Different walks of a tree where nothing is known. */
const WALKS_PER_TREE = 8;
const WRITE = 2;
const TRAIN = 6;

const RECKON: { readonly [K in JobKind]: Reckon<K> } = {
  import: () => ({ units: 1, flopsPerParameter: 0 }),
  tokens: () => ({ units: 1, flopsPerParameter: 0 }),
  export: () => ({ units: 1, flopsPerParameter: 0 }),
  search(db, { questionSetId, config }) {
    const questions = limited(countQuestions(db, questionSetId), config.maxQuestions);
    // A simulation writes about one step and one rollout of a few more.
    return {
      units: questions * config.numSimulations * 3 * config.maxStepTokens * USED_SHARE,
      flopsPerParameter: WRITE,
    };
  },
  examples(db, { searchRunId, config }) {
    const trees = findRun(db, searchRunId)?.outputs.treeCount ?? 0;
    return { units: trees * config.maxPathsPerQuestion * EXAMPLE_TOKENS, flopsPerParameter: WRITE };
  },
  sft(db, { datasetId, config }) {
    const count = findDataset(db, datasetId)?.count ?? 0;
    const updates = Math.max(config.minUpdates, Math.ceil((count * config.epochs) / config.batchSize));
    const made = Math.min(updates, config.maxUpdates ?? updates);
    return {
      units: made * Math.min(config.batchSize, count) * Math.min(EXAMPLE_TOKENS, config.maxTokens),
      flopsPerParameter: TRAIN,
    };
  },
  prm(db, { searchRunId, config }) {
    const trees = findRun(db, searchRunId)?.outputs.treeCount ?? 0;
    const rows = trees * WALKS_PER_TREE;
    const updates = Math.max(config.minUpdates, Math.ceil((rows * config.epochs) / config.batchSize));
    const made = Math.min(updates, config.maxUpdates ?? updates);
    return {
      units: made * config.batchSize * Math.min(EXAMPLE_TOKENS, config.maxTokens),
      flopsPerParameter: TRAIN,
    };
  },
  rl(_db, { config }) {
    const paths = config.iterations * config.questionsPerIteration * config.pathsPerQuestion;
    // Each path is written once, read for the reference, and trained on.
    return { units: paths * Math.min(EXAMPLE_TOKENS, config.maxNewTokens), flopsPerParameter: 2 * WRITE + TRAIN };
  },
  evaluate(db, { questionSetId, config }) {
    const questions = limited(countQuestions(db, questionSetId), config.maxQuestions);
    return {
      units: questions * ANSWERS[config.mode](config.numSimulations) * config.maxNewTokens * USED_SHARE,
      flopsPerParameter: WRITE,
    };
  },
};

/** Answers to a question by the way of answering. */
const ANSWERS: Readonly<Record<SpecOf<'evaluate'>['config']['mode'], (simulations: number) => number>> = {
  greedy: () => 1,
  search: (simulations) => simulations,
  both: (simulations) => 1 + simulations,
  samples: (simulations) => simulations,
};

/** Reckons the work of a job from its settings and what is stored. */
export function reckonWork(db: ReadableDb, spec: JobSpec): Work {
  // The table pairs each kind with its own reckoning, which a lookup by a variable cannot show.
  const reckon = RECKON[spec.kind] as Reckon<JobKind>;
  const checkpoint = 'checkpointId' in spec ? findCheckpoint(db, spec.checkpointId) : null;
  return { ...reckon(db, spec), parameterCount: checkpoint?.parameterCount ?? 0 };
}

function countQuestions(db: ReadableDb, id: SpecOf<'search'>['questionSetId']): number {
  return findQuestionSet(db, id)?.count ?? 0;
}

function limited(count: number, most: number | null): number {
  return most === null ? count : Math.min(count, most);
}
