import { WorkbenchError } from '../errors';

/** Every padded length is a multiple of this, so that graphs can cut rows and tokens into equal parts. */
export const LENGTH_GRAIN = 32;

/** One sequence, or several packed behind each other. */
export interface TokenRow {
  readonly ids: ArrayLike<number>;
  /** Which of several packed sequences each token belongs to; attention stays within one. Absent: the row is one sequence. */
  readonly segments?: ArrayLike<number>;
}

/** One sequence to train on. */
export interface TrainingRow extends TokenRow {
  /** Weight of predicting `ids[i]` from what is before it; `weights[0]` is not read. */
  readonly weights: ArrayLike<number>;
}

/** Rows that go through the model together, by their place in the batch, padded to one length. */
export interface MicroBatch {
  readonly rows: readonly number[];
  /** Positions of each row; a row of n tokens takes n − 1, since the last one predicts nothing. */
  readonly length: number;
}

/**
 * Cuts a batch into runs of at most `maxTokens` positions, padding included, longest rows first so that equal lengths meet.
 * @param lengths tokens of each row
 * @throws WorkbenchError `row-too-long` for a row beyond `maxPositions`, `row-too-short` for one without a prediction
 */
export function planMicroBatches(
  lengths: readonly number[],
  maxTokens: number,
  maxPositions: number,
): readonly MicroBatch[] {
  const order = [...lengths.keys()].sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const batches: { rows: number[]; length: number }[] = [];
  for (const row of order) {
    const positions = (lengths[row] ?? 0) - 1;
    if (positions > maxPositions)
      throw refuseRow(row, positions + 1, 'row-too-long', `the model reads at most ${maxPositions + 1}`);
    if (positions < 1) throw refuseRow(row, positions + 1, 'row-too-short', 'there is nothing to predict');
    const last = batches.at(-1);
    if (last && (last.rows.length + 1) * last.length <= maxTokens) last.rows.push(row);
    else batches.push({ rows: [row], length: roundLength(positions) });
  }
  return batches;
}

/** Runs of queries in attention for rows of a length that `planMicroBatches` chose: more for longer rows, where more is saved. */
export function countRuns(length: number): number {
  return length < 128 ? 1 : length <= 512 ? 4 : 8;
}

/** Lengths that share memory patterns: few enough to reuse buffers, fine enough to pad little. */
function roundLength(positions: number): number {
  const grain = positions <= 256 ? LENGTH_GRAIN : positions <= 1024 ? 2 * LENGTH_GRAIN : 4 * LENGTH_GRAIN;
  return Math.ceil(positions / grain) * grain;
}

function refuseRow(row: number, tokens: number, code: string, reason: string): WorkbenchError {
  return new WorkbenchError('validation', `Row ${row} has ${tokens} tokens; ${reason}.`, {
    code,
    where: `row ${row}`,
    details: { row, tokens },
  });
}
