import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import type { FunctionalTokenIds } from '../../tokens/token-ids';
import type { TokenRow } from '../micro-batches';

/** What a process reward model sees of a response: its ids, and where its steps end. */
export interface JudgeableResponse {
  /** Question and response. */
  readonly ids: ArrayLike<number>;
  readonly promptLength: number;
  readonly steps: readonly { readonly token: FunctionalTokenName; readonly start: number; readonly end: number }[];
}

/** Judges beginnings of rows, in [0, 1]; see `Trainer.values`. */
export type ValuesOf = (rows: readonly TokenRow[]) => Promise<readonly ArrayLike<number>[]>;

/**
 * How promising responses look after the question and after each step.
 * @returns for each response [steps + 1], in [0, 1]
 */
export async function judgeResponses(
  responses: readonly JudgeableResponse[],
  tokens: FunctionalTokenIds,
  valuesOf: ValuesOf,
): Promise<number[][]> {
  // One more id than was written, so that the end of the last step has a place behind it.
  const rows = responses.map(({ ids }) => ({ ids: Int32Array.from([...Array.from(ids), tokens.eos[0] ?? 0]) }));
  const values = rows.length === 0 ? [] : await valuesOf(rows);
  return responses.map((response, i) => [
    values[i]![response.promptLength]!,
    ...response.steps.map((step) => values[i]![stepEnd(response, step, tokens) + 1]!),
  ]);
}

/** Index of the close tag of a step; of its last id where it was cut. */
function stepEnd(
  { ids }: JudgeableResponse,
  { token, start, end }: JudgeableResponse['steps'][number],
  tokens: FunctionalTokenIds,
): number {
  for (let at = end - 1; at >= start; at--) if (ids[at] === tokens.close[token]) return at;
  return end - 1;
}

/** The judgement of a whole path: that of its weakest step; of the question where it has none. */
export function weakestStep(promise: readonly number[]): number {
  return promise.length > 1 ? Math.min(...promise.slice(1)) : (promise[0] ?? 0);
}
