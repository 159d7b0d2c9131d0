import { learningRateAt } from '../optim/schedules';
import { createRng } from '../random/rng';
import type { Rng } from '../ports';
import { shuffled } from '../random/shuffle';
import type { SftConfig } from './sft-config';

/** A short training would spend all its updates on warming up. */
const MAX_WARMUP_SHARE = 0.2;

/** What the plan has to know of an example. */
export interface PlannedExample {
  readonly questionId: string;
  /** Ids of question and response together. */
  readonly tokens: number;
}

/** The settings that a plan follows from. */
export type PlanSettings = Pick<
  SftConfig,
  | 'seed'
  | 'maxTokens'
  | 'validationShare'
  | 'epochs'
  | 'batchSize'
  | 'minUpdates'
  | 'maxUpdates'
  | 'grouping'
  | 'schedule'
  | 'learningRate'
  | 'warmupUpdates'
  | 'warmupShare'
  | 'finalRateShare'
  | 'newRowUpdates'
  | 'newRowRate'
>;

/** Which examples train, which measure, and in what order; indices into the examples given. */
export interface SftPlan {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Longer than the settings allow. */
  readonly leftOut: readonly number[];
  readonly totalUpdates: number;
  /** Passes over the examples that the updates amount to. */
  readonly epochs: number;
  /** Examples of update `update`, counted from 0. The same for the same settings, so that a resumed run sees the same batches. */
  batch(update: number): readonly number[];
  learningRate(update: number): number;
  /** Factor on the rate of the functional tokens' rows. */
  newRowFactor(update: number): number;
}

/**
 * Plans a fine-tuning. Questions, not examples, are held out: two examples of one question never stand on both sides. Epochs run into each
 * other, so every update but the last has the full batch.
 */
export function planSft(examples: readonly PlannedExample[], config: PlanSettings): SftPlan {
  const rng = createRng(config.seed);
  const fitting = examples.map((_example, i) => i).filter((i) => examples[i]!.tokens <= config.maxTokens);
  const leftOut = examples.map((_example, i) => i).filter((i) => examples[i]!.tokens > config.maxTokens);
  const heldOut = heldOutQuestions(
    fitting.map((i) => examples[i]!.questionId),
    config.validationShare,
    rng.fork('validation'),
  );
  const train = fitting.filter((i) => !heldOut.has(examples[i]!.questionId));
  const validation = fitting.filter((i) => heldOut.has(examples[i]!.questionId));
  const wanted = Math.max(Math.ceil((config.epochs * train.length) / config.batchSize), config.minUpdates);
  const totalUpdates = train.length === 0 ? 0 : Math.min(wanted, config.maxUpdates ?? Number.POSITIVE_INFINITY);
  const orders = new Map<number, readonly number[]>();
  const orderOf = (epoch: number): readonly number[] => {
    let order = orders.get(epoch);
    if (order === undefined) orders.set(epoch, (order = shuffled(train, rng.fork(`epoch:${epoch}`))));
    return order;
  };
  const lastExample =
    config.minUpdates * config.batchSize > config.epochs * train.length
      ? totalUpdates * config.batchSize
      : Math.ceil(config.epochs * train.length);
  const updates: UpdateWindow = {
    totalUpdates,
    batch(update) {
      const from = update * config.batchSize;
      const to = Math.min(from + config.batchSize, lastExample);
      return Array.from(
        { length: Math.max(0, to - from) },
        (_, i) => orderOf(Math.floor((from + i) / train.length))[(from + i) % train.length]!,
      );
    },
  };
  return {
    train,
    validation,
    leftOut,
    totalUpdates,
    epochs: train.length === 0 ? 0 : Math.min(lastExample, totalUpdates * config.batchSize) / train.length,
    batch:
      config.grouping === 'by-length'
        ? bucketed(updates, (i) => examples[i]!.tokens, rng.fork('buckets'))
        : updates.batch,
    learningRate: (update) =>
      learningRateAt(update, {
        kind: config.schedule,
        rate: config.learningRate,
        warmupUpdates: Math.max(
          Math.min(config.warmupUpdates, Math.floor(totalUpdates * MAX_WARMUP_SHARE)),
          Math.round(config.warmupShare * totalUpdates),
        ),
        totalUpdates,
        finalShare: config.finalRateShare,
      }),
    newRowFactor: (update) => (update < config.newRowUpdates ? config.newRowRate : 1),
  };
}

/** At least one question trains, and none is held out where the share rounds to nothing. */
function heldOutQuestions(questionIds: readonly string[], share: number, rng: Rng): Set<string> {
  const questions = [...new Set(questionIds)];
  const count = Math.min(Math.round(questions.length * share), Math.max(0, questions.length - 1));
  return new Set(shuffled(questions, rng).slice(0, count));
}

interface UpdateWindow {
  readonly totalUpdates: number;
  batch(update: number): readonly number[];
}

/** Updates whose examples are sorted together: enough to find neighbours, few enough to keep a pass a pass. */
const BUCKET_UPDATES = 16;

/**
 * The same examples in the same window of `BUCKET_UPDATES` updates, those of similar length together, and the updates of the window in
 * random order, so that lengths do not come in steps. The number of examples of each update stays.
 */
function bucketed(updates: UpdateWindow, tokensOf: (example: number) => number, rng: Rng): UpdateWindow['batch'] {
  const windows = new Map<number, readonly (readonly number[])[]>();
  const arrange = (window: number): readonly (readonly number[])[] => {
    const first = window * BUCKET_UPDATES;
    const count = Math.min(BUCKET_UPDATES, updates.totalUpdates - first);
    const batches = Array.from({ length: count }, (_, i) => updates.batch(first + i));
    const sorted = batches.flat().sort((a, b) => tokensOf(b) - tokensOf(a) || a - b);
    // The short batch, where there is one, is the last: it stays so.
    const cut = batches.map(({ length }, i) => {
      const from = batches.slice(0, i).reduce((sum, batch) => sum + batch.length, 0);
      return sorted.slice(from, from + length);
    });
    const full = cut.filter(({ length }) => length === cut[0]?.length);
    return [...shuffled(full, rng.fork(`window:${window}`)), ...cut.slice(full.length)];
  };
  return (update) => {
    if (update >= updates.totalUpdates) return [];
    const window = Math.floor(update / BUCKET_UPDATES);
    let batches = windows.get(window);
    if (batches === undefined) windows.set(window, (batches = arrange(window)));
    return batches[update % BUCKET_UPDATES] ?? [];
  };
}
