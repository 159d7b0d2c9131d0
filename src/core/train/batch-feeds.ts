import type { TensorView } from '../ports';
import type { PolicyLoss, TrainingLoss } from './loss';
import type { MicroBatch, TokenRow, TrainingRow } from './micro-batches';

/** Places of learning rows among all ids: `place[id]`, K for an id that does not learn. */
export interface RowPlaces {
  readonly count: number;
  readonly placeOf: ReadonlyMap<number, number>;
}

/**
 * The tokens of one micro-batch, right-padded: position t of a row reads `ids[t]` and predicts `ids[t + 1]`. Padding has id 0.
 */
export function feedTokens(
  rows: readonly TokenRow[],
  batch: MicroBatch,
  places: RowPlaces | null,
): Record<string, TensorView> {
  const dims = [batch.rows.length, batch.length];
  const size = batch.rows.length * batch.length;
  const chosen = batch.rows.map((row) => rows[row]).filter((row) => row !== undefined);
  const integers = (pick: (row: TokenRow, position: number) => number, padding: number): TensorView => {
    const data = new BigInt64Array(size).fill(BigInt(padding));
    eachPosition(chosen, batch.length, (row, position, at) => (data[at] = BigInt(pick(row, position))));
    return { dtype: 'int64', dims, data };
  };
  const feeds: Record<string, TensorView> = {
    ids: integers((row, position) => row.ids[position] ?? 0, 0),
    targets: integers((row, position) => row.ids[position + 1] ?? 0, 0),
  };
  // Padding is a segment of its own, so that it sees itself and its softmax has something to sum.
  if (rows.some((row) => row.segments))
    feeds['segments'] = integers((row, position) => row.segments?.[position] ?? 0, -1);
  if (places) {
    const placeOf = (id: number | undefined) => places.placeOf.get(id ?? -1) ?? places.count;
    feeds['indexOfIds'] = integers((row, position) => placeOf(row.ids[position]), places.count);
    feeds['indexOfTargets'] = integers((row, position) => placeOf(row.ids[position + 1]), places.count);
  }
  return feeds;
}

/** What a loss reads besides the tokens: their weights, further values for each token, scalars. Padding has weight 0. */
export function feedLoss(
  loss: TrainingLoss,
  rows: readonly TrainingRow[],
  batch: MicroBatch,
): Record<string, TensorView> {
  const chosen = batch.rows.map((row) => rows[row]).filter((row) => row !== undefined);
  const weights = chosen.map((row) => row.weights);
  const feeds = { weights: spread(weights, chosen, batch.length), inverseNormaliser: scalar(1 / loss.normaliser) };
  return loss.kind === 'nll' ? feeds : { ...feeds, ...feedPolicy(loss, chosen, batch) };
}

export function scalar(value: number): TensorView {
  return { dtype: 'float32', dims: [1], data: Float32Array.of(value) };
}

function feedPolicy(loss: PolicyLoss, chosen: readonly TrainingRow[], batch: MicroBatch): Record<string, TensorView> {
  const perToken = (values: readonly ArrayLike<number>[]) =>
    spread(
      batch.rows.map((row) => values[row] ?? []),
      chosen,
      batch.length,
    );
  return {
    oldLogProbs: perToken(loss.oldLogProbs),
    // Without a reference the policy is its own: a divergence of nearly nothing instead of one from zeros.
    refLogProbs: perToken(loss.refLogProbs.length === 0 ? loss.oldLogProbs : loss.refLogProbs),
    advantages: perToken(loss.advantages),
    ratioLow: scalar(1 - loss.clipLow),
    ratioHigh: scalar(1 + loss.clipHigh),
    klCoefficient: scalar(loss.klCoefficient),
  };
}

/** Values that belong to predicted tokens, laid out by the position that predicts them; nothing where the weight is 0. */
function spread(values: readonly ArrayLike<number>[], rows: readonly TrainingRow[], length: number): TensorView {
  const data = new Float32Array(rows.length * length);
  rows.forEach((row, index) => {
    for (let position = 0; position < row.ids.length - 1; position++) {
      if (row.weights[position + 1] !== 0) data[index * length + position] = values[index]?.[position + 1] ?? 0;
    }
  });
  return { dtype: 'float32', dims: [rows.length, length], data };
}

function eachPosition(
  rows: readonly TokenRow[],
  length: number,
  visit: (row: TokenRow, position: number, at: number) => void,
): void {
  rows.forEach((row, index) => {
    for (let position = 0; position < row.ids.length - 1; position++) visit(row, position, index * length + position);
  });
}
