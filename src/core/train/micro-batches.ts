import type { ErrorCode } from '../error-codes';
import { WorkbenchError } from '../errors';

/** Every padded length is a multiple of this, so that graphs can cut rows and tokens into equal parts. */
export const LENGTH_GRAIN = 32;

/** One sequence. */
export interface TokenRow {
  readonly ids: ArrayLike<number>;
}

/** One sequence to train on. */
export interface TrainingRow extends TokenRow {
  /** Weight of predicting `ids[i]` from what is before it; `weights[0]` is not read. */
  readonly weights: ArrayLike<number>;
}

/** Where a row of the batch lies in a micro-batch. */
export interface Placement {
  /** Place in the batch. */
  readonly row: number;
  readonly line: number;
  /** Position of its first token in the line. */
  readonly offset: number;
}

/** Rows that go through the model together, in lines of one padded length; a row of n tokens takes n − 1 positions, since the last predicts nothing. */
export interface MicroBatch {
  readonly placements: readonly Placement[];
  readonly lines: number;
  /** Positions of each line. */
  readonly length: number;
  /** Some line holds more than one row, so that attention needs to know where each begins. */
  readonly isPacked: boolean;
}

export interface MicroBatchOptions {
  /** Positions of a micro-batch, padding included. */
  readonly maxTokens: number;
  /** Positions that the model has. */
  readonly maxPositions: number;
  /** Fill the room behind shorter rows with further ones. */
  readonly packing?: boolean;
}

/**
 * Cuts a batch into micro-batches, longest rows first so that equal lengths meet. The longest row left decides the length of the next lines;
 * with packing, what remains of each line is filled with the longest rows that fit (first fit, decreasing), so lines never grow and
 * attention costs no more than that of the longest row.
 * @param lengths tokens of each row
 * @throws WorkbenchError `row-too-long` for a row beyond `maxPositions`, `row-too-short` for one without a prediction
 */
export function planMicroBatches(
  lengths: readonly number[],
  { maxTokens, maxPositions, packing = false }: MicroBatchOptions,
): readonly MicroBatch[] {
  const positionsOf = (row: number) => (lengths[row] ?? 0) - 1;
  for (const [row, tokens] of lengths.entries()) {
    if (tokens - 1 > maxPositions)
      throw refuseRow(row, tokens, 'row-too-long', `the model reads at most ${maxPositions + 1}`);
    if (tokens < 2) throw refuseRow(row, tokens, 'row-too-short', 'there is nothing to predict');
  }
  let waiting = [...lengths.keys()].sort((a, b) => positionsOf(b) - positionsOf(a) || a - b);
  const batches: MicroBatch[] = [];
  while (waiting.length > 0) {
    const length = paddedLength(positionsOf(waiting[0] ?? 0));
    const limit = Math.max(1, Math.floor(maxTokens / length));
    const { placements, lines, left } = fillLines(waiting, positionsOf, { length, limit, packing });
    batches.push({ placements, lines, length, isPacked: placements.length > lines });
    waiting = left;
  }
  return batches;
}

/** Puts rows, longest first, into at most `limit` lines: each on the first line with room for it. */
function fillLines(
  rows: readonly number[],
  positionsOf: (row: number) => number,
  { length, limit, packing }: { readonly length: number; readonly limit: number; readonly packing: boolean },
): { placements: Placement[]; lines: number; left: number[] } {
  const used: number[] = [];
  const placements: Placement[] = [];
  const left: number[] = [];
  for (const row of rows) {
    const size = positionsOf(row);
    const fitting = packing ? used.findIndex((positions) => positions + size <= length) : -1;
    const line = fitting >= 0 ? fitting : used.length < limit ? used.push(0) - 1 : null;
    if (line === null) {
      left.push(row);
      continue;
    }
    const offset = used[line] ?? 0;
    placements.push({ row, line, offset });
    used[line] = offset + size;
  }
  return { placements, lines: used.length, left };
}

/** Runs of queries in attention for rows of a length that `planMicroBatches` chose: more for longer rows, where more is saved. */
export function countRuns(length: number): number {
  return length < 128 ? 1 : length <= 512 ? 4 : 8;
}

/** Positions of a line whose longest row has so many: few lengths, so that buffers are reused, and fine enough to pad little. */
export function paddedLength(positions: number): number {
  const grain = positions <= 256 ? LENGTH_GRAIN : positions <= 1024 ? 2 * LENGTH_GRAIN : 4 * LENGTH_GRAIN;
  return Math.ceil(positions / grain) * grain;
}

function refuseRow(row: number, tokens: number, code: ErrorCode, reason: string): WorkbenchError {
  return new WorkbenchError('validation', `Row ${row} has ${tokens} tokens; ${reason}.`, {
    code,
    where: `row ${row}`,
    details: { row, tokens },
  });
}
