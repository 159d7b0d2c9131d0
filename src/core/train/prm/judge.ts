import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import type { FunctionalTokenIds } from '../../tokens/token-ids';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { Step } from '../../tokens/render';
import type { TokenRow } from '../micro-batches';
import { judgedRow } from './judged-steps';

/** What a process reward model sees of a response: its ids, and where its steps end. */
export interface JudgeableResponse {
  /** Question and response. */
  readonly ids: ArrayLike<number>;
  readonly promptLength: number;
  readonly steps: readonly { readonly token: FunctionalTokenName; readonly start: number; readonly end: number }[];
}

/** A path as text: for a judge that did not write it. */
export interface JudgeablePath {
  readonly prompt: string;
  readonly steps: readonly Step[];
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

/**
 * The same of paths as text, in the judge's own tokens, exactly as it learned.
 * @param longest tokens that the judge reads
 * @returns for each path [steps + 1], in [0, 1]; null for one that it cannot read to its end
 */
export async function judgePaths(
  paths: readonly JudgeablePath[],
  { tokenizer, tokens, longest }: { tokenizer: Tokenizer; tokens: FunctionalTokenIds; longest: number },
  valuesOf: ValuesOf,
): Promise<(number[] | null)[]> {
  const rows = paths.map(({ prompt, steps }) =>
    judgedRow({ questionId: '', prompt, steps, labels: [], weights: [] }, tokenizer, tokens),
  );
  const readable = rows.filter(({ ids }) => ids.length <= longest);
  const values = readable.length === 0 ? [] : await valuesOf(readable);
  const valuesByRow = new Map(readable.map((row, i) => [row, values[i]!]));
  return rows.map((row) => {
    const found = valuesByRow.get(row);
    return found === undefined ? null : row.places.map((place) => found[place]!);
  });
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
