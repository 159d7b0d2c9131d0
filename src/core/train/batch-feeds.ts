import type { TensorView } from '../ports';
import type { PolicyLoss, TrainingLoss, ValueLoss } from './loss';
import { LENGTH_GRAIN, type MicroBatch, type TokenRow, type TrainingRow } from './micro-batches';

/** Places of learning rows among all ids: `place[id]`, K for an id that does not learn. */
export interface RowPlaces {
  readonly count: number;
  readonly placeOf: ReadonlyMap<number, number>;
}

/** The tokens of one micro-batch: position t of a row reads `ids[t]` and predicts `ids[t + 1]`. Padding has id 0. */
export function feedTokens(
  rows: readonly TokenRow[],
  batch: MicroBatch,
  places: RowPlaces | null,
): Record<string, TensorView> {
  const integers = (
    pick: (row: TokenRow, position: number, segment: number) => number,
    padding: number,
  ): TensorView => {
    const data = new BigInt64Array(batch.lines * batch.length).fill(BigInt(padding));
    eachPosition(rows, batch, ({ row, position, segment, at }) => (data[at] = BigInt(pick(row, position, segment))));
    return { dtype: 'int64', dims: [batch.lines, batch.length], data };
  };
  const feeds: Record<string, TensorView> = {
    ids: integers((row, position) => row.ids[position] ?? 0, 0),
    targets: integers((row, position) => row.ids[position + 1] ?? 0, 0),
  };
  // Padding is a segment of its own, so that it sees itself and its softmax has something to sum.
  if (batch.isPacked) feeds['segments'] = integers((_row, _position, segment) => segment, -1);
  if (places) {
    const placeOf = (id: number | undefined) => places.placeOf.get(id ?? -1) ?? places.count;
    feeds['indexOfIds'] = integers((row, position) => placeOf(row.ids[position]), places.count);
  }
  return feeds;
}

/** What a loss reads besides the tokens: their weights, further values for each token, scalars. Padding has weight 0. */
export function feedLoss(
  loss: TrainingLoss,
  rows: readonly TrainingRow[],
  batch: MicroBatch,
): Record<string, TensorView> {
  const weights = rows.map((row) => row.weights);
  const feeds = { weights: spread(weights, rows, batch), inverseNormaliser: scalar(1 / loss.normaliser) };
  return loss.kind === 'policy' ? { ...feeds, ...feedPolicy(loss, rows, batch) } : feeds;
}

/** Log-probabilities as the graph gives them, [lines · length], written to those of each row: `[i]` that of `ids[i]`. */
export function scatterLogProbs(
  flat: ArrayLike<number>,
  rows: readonly TokenRow[],
  batch: MicroBatch,
  into: readonly Float32Array[],
): void {
  eachPosition(rows, batch, ({ index, position, at }) => {
    const target = into[index];
    if (target) target[position + 1] = flat[at] ?? 0;
  });
}

/** What a training graph reads of one micro-batch, and where in it the tokens are that have a weight. */
export interface TrainingFeeds {
  readonly feeds: Record<string, TensorView>;
  /** Flat positions in [B·T] of the log-probabilities that come out. Only these get logits: of answers behind their questions, or of rows of unequal length, that is often half. */
  readonly scored: readonly number[];
}

/** Tokens and loss of a micro-batch; what the head reads is given for the scored positions alone, filled up to a whole number of grains. */
export function feedTraining(
  loss: TrainingLoss,
  rows: readonly TrainingRow[],
  batch: MicroBatch,
  places: RowPlaces | null,
): TrainingFeeds {
  const scored: number[] = [];
  eachPosition(rows, batch, ({ row, position, at }) => {
    if (row.weights[position + 1] !== 0) scored.push(at);
  });
  const padded = LENGTH_GRAIN * Math.max(1, Math.ceil(scored.length / LENGTH_GRAIN));
  const from = Array.from({ length: padded }, (_, index) => scored[index] ?? null);
  const { targets, ...tokens } = feedTokens(rows, batch, places);
  const values = Object.entries(feedLoss(loss, rows, batch));
  return {
    scored,
    feeds: {
      ...tokens,
      // What fills up the last grain points at position 0 and has no weight.
      scored: { dtype: 'int64', dims: [padded], data: BigInt64Array.from(from, (position) => BigInt(position ?? 0)) },
      ...(targets && { targets: pick(targets, from, 0) }),
      ...Object.fromEntries(values.map(([name, view]) => [name, view.dims.length === 2 ? pick(view, from, 0) : view])),
    },
  };
}

/**
 * The same for a loss of judgements: each weighted position stands twice, once for each row of the head, with the share of its weight that the
 * label gives to that row. A row without weight is left out.
 */
export function feedJudging(
  loss: ValueLoss,
  rows: readonly TrainingRow[],
  batch: MicroBatch,
  places: RowPlaces | null,
): TrainingFeeds {
  const scored: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  eachPosition(rows, batch, ({ row, index, position, at }) => {
    const weight = row.weights[position + 1] ?? 0;
    const label = loss.labels[index]?.[position + 1] ?? 0;
    for (const [target, share] of [1 - label, label].entries()) {
      if (weight * share === 0) continue;
      scored.push(at);
      targets.push(target);
      weights.push(weight * share);
    }
  });
  const padded = LENGTH_GRAIN * Math.max(1, Math.ceil(scored.length / LENGTH_GRAIN));
  const filled = (values: readonly number[]) => Array.from({ length: padded }, (_, i) => values[i] ?? 0);
  const whole = (values: readonly number[]): TensorView => ({
    dtype: 'int64',
    dims: [padded],
    data: BigInt64Array.from(filled(values), BigInt),
  });
  const { targets: _, ...tokens } = feedTokens(rows, batch, places);
  return {
    scored,
    feeds: {
      ...tokens,
      scored: whole(scored),
      targets: whole(targets),
      weights: { dtype: 'float32', dims: [padded], data: Float32Array.from(filled(weights)) },
      inverseNormaliser: scalar(1 / loss.normaliser),
    },
  };
}

function pick({ dtype, data }: TensorView, from: readonly (number | null)[], padding: number): TensorView {
  const dims = [from.length];
  const valueAt = (position: number | null) => Number(position === null ? padding : data[position]);
  return dtype === 'int64'
    ? { dtype, dims, data: BigInt64Array.from(from, (position) => BigInt(valueAt(position))) }
    : { dtype, dims, data: Float32Array.from(from, valueAt) };
}

export function scalar(value: number): TensorView {
  return { dtype: 'float32', dims: [1], data: Float32Array.of(value) };
}

function feedPolicy(loss: PolicyLoss, rows: readonly TrainingRow[], batch: MicroBatch): Record<string, TensorView> {
  return {
    oldLogProbs: spread(loss.oldLogProbs, rows, batch),
    // Without a reference the policy is its own: a divergence of nearly nothing instead of one from zeros.
    refLogProbs: spread(loss.refLogProbs.length === 0 ? loss.oldLogProbs : loss.refLogProbs, rows, batch),
    advantages: spread(loss.advantages, rows, batch),
    ratioLow: scalar(1 - loss.clipLow),
    ratioHigh: scalar(1 + loss.clipHigh),
    klCoefficient: scalar(loss.klCoefficient),
  };
}

/** Values that belong to predicted tokens, by the batch's rows, laid out by the position that predicts them; nothing where the weight is 0. */
function spread(values: readonly ArrayLike<number>[], rows: readonly TrainingRow[], batch: MicroBatch): TensorView {
  const data = new Float32Array(batch.lines * batch.length);
  eachPosition(rows, batch, ({ row, index, position, at }) => {
    if (row.weights[position + 1] !== 0) data[at] = values[index]?.[position + 1] ?? 0;
  });
  return { dtype: 'float32', dims: [batch.lines, batch.length], data };
}

/** A position of a micro-batch that predicts something. */
export interface FilledPosition<Row> {
  readonly row: Row;
  /** The row's place in the batch. */
  readonly index: number;
  /** Within the row. */
  readonly position: number;
  /** Number of the row within the micro-batch. */
  readonly segment: number;
  /** Within the micro-batch. */
  readonly at: number;
}

/** Visits every position that holds a token of a row. */
export function eachPosition<Row extends TokenRow>(
  rows: readonly Row[],
  { placements, length }: MicroBatch,
  visit: (filled: FilledPosition<Row>) => void,
): void {
  placements.forEach(({ row: index, line, offset }, segment) => {
    const row = rows[index];
    for (let position = 0; row && position < row.ids.length - 1; position++)
      visit({ row, index, position, segment, at: line * length + offset + position });
  });
}
