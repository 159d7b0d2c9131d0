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
export function planSft(examples: readonly PlannedExample[], config: SftConfig): SftPlan {
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
  return {
    train,
    validation,
    leftOut,
    totalUpdates,
    epochs: train.length === 0 ? 0 : Math.min(lastExample, totalUpdates * config.batchSize) / train.length,
    batch(update) {
      const from = update * config.batchSize;
      const to = Math.min(from + config.batchSize, lastExample);
      return Array.from(
        { length: Math.max(0, to - from) },
        (_, i) => orderOf(Math.floor((from + i) / train.length))[(from + i) % train.length]!,
      );
    },
    learningRate: (update) =>
      learningRateAt(update, {
        kind: config.schedule,
        rate: config.learningRate,
        warmupUpdates: Math.min(config.warmupUpdates, Math.floor(totalUpdates * MAX_WARMUP_SHARE)),
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
