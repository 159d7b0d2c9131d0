import { dropoutRate, HASH_VALUES } from '../ops/dropout';
import type { Rng, TensorView } from '../ports';
import { eachPosition } from './batch-feeds';
import type { MicroBatch, TokenRow } from './micro-batches';
import { dropoutColumnsOf, DROPOUT_ROWS, type LearningPlan } from './train-graph';
import type { TrainerOptions } from './trainer';

/** An adapted weight and the width of its input. */
export interface DroppedInput {
  readonly weight: string;
  readonly width: number;
}

/**
 * The random numbers of dropout, which `ops/dropout.ts` makes masks of. They follow from the update's number, the row's number within the
 * update and the weight's name alone: however the rows are cut into micro-batches, and in a resumed run too, the masks are the same.
 */
export class DropoutDraws {
  readonly #rng: Rng;
  readonly #inputs: readonly DroppedInput[];
  #columns: { readonly step: number; readonly feeds: Readonly<Record<string, TensorView>> } | null = null;

  constructor(rng: Rng, inputs: readonly DroppedInput[]) {
    this.#rng = rng.fork('dropout');
    this.#inputs = inputs;
  }

  /**
   * Feeds of one micro-batch.
   * @param step     number of the update
   * @param firstRow rows that the update had seen before `rows`
   */
  feeds(step: number, firstRow: number, rows: readonly TokenRow[], batch: MicroBatch): Record<string, TensorView> {
    const update = this.#rng.fork(`update/${step}`);
    if (this.#columns?.step !== step) this.#columns = { step, feeds: this.#drawColumns(update) };
    return { ...this.#columns.feeds, [DROPOUT_ROWS]: drawRows(update, firstRow, rows, batch) };
  }

  #drawColumns(update: Rng): Record<string, TensorView> {
    return Object.fromEntries(
      this.#inputs.map(({ weight, width }) => {
        const rng = update.fork(weight);
        const data = new Float32Array(3 * width);
        for (let column = 0; column < width; column++) {
          data[column] = rng.integer(HASH_VALUES);
          data[width + column] = 1;
          data[2 * width + column] = rng.integer(HASH_VALUES);
        }
        return [dropoutColumnsOf(weight), { dtype: 'float32', dims: [3, width], data }];
      }),
    );
  }
}

/** The draws of dropout, where an adapter drops anything. */
export function openDropout(
  { mode, parameters }: Pick<TrainerOptions, 'mode' | 'parameters'>,
  plan: LearningPlan,
): DropoutDraws | null {
  if (mode.kind !== 'lora' || dropoutRate(mode.dropout ?? 0) === 0) return null;
  return new DropoutDraws(
    mode.rng,
    [...plan.adapters.keys()].map((weight) => ({ weight, width: parameters.get(weight).dims[1] ?? 1 })),
  );
}

function drawRows(update: Rng, firstRow: number, rows: readonly TokenRow[], batch: MicroBatch): TensorView {
  const data = new Float32Array(3 * batch.lines * batch.length);
  const streams = new Map<number, Rng>();
  eachPosition(rows, batch, ({ index, at }) => {
    const rng = streams.get(index) ?? update.fork(`row/${firstRow + index}`);
    streams.set(index, rng);
    data[3 * at] = rng.integer(HASH_VALUES) / HASH_VALUES;
    data[3 * at + 1] = rng.integer(HASH_VALUES) / HASH_VALUES;
    data[3 * at + 2] = 1 / HASH_VALUES;
  });
  return { dtype: 'float32', dims: [batch.lines, batch.length, 3], data };
}
