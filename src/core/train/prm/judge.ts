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

/** A row with the places that are asked about: [steps + 1] index of the id behind the question and behind each step. */
export interface JudgeRow extends TokenRow {
  readonly places: readonly number[];
}

/** Judges rows at their places: for each row [steps + 1], in [0, 1]. */
export type ScoresOf = (rows: readonly JudgeRow[]) => Promise<readonly (readonly number[])[]>;

/**
 * How promising responses look after the question and after each step.
 * @returns for each response [steps + 1], in [0, 1]
 */
export async function judgeResponses(
  responses: readonly JudgeableResponse[],
  tokens: FunctionalTokenIds,
  scoresOf: ScoresOf,
): Promise<number[][]> {
  // One more id than was written, so that the end of the last step has a place behind it.
  const rows = responses.map((response) => ({
    ids: Int32Array.from([...Array.from(response.ids), tokens.eos[0] ?? 0]),
    places: [response.promptLength, ...response.steps.map((step) => stepEnd(response, step, tokens) + 1)],
  }));
  return rows.length === 0 ? [] : (await scoresOf(rows)).map((scores) => [...scores]);
}

/**
 * The same of paths as text, in the judge's own tokens, exactly as it learned.
 * @param longest tokens that the judge reads
 * @returns for each path [steps + 1], in [0, 1]; null for one that it cannot read to its end
 */
export async function judgePaths(
  paths: readonly JudgeablePath[],
  { tokenizer, tokens, longest }: { tokenizer: Tokenizer; tokens: FunctionalTokenIds; longest: number },
  scoresOf: ScoresOf,
): Promise<(number[] | null)[]> {
  const rows = paths.map(({ prompt, steps }) =>
    judgedRow({ questionId: '', prompt, steps, labels: [], weights: [] }, tokenizer, tokens),
  );
  const readable = rows.filter(({ ids }) => ids.length <= longest);
  const scores = readable.length === 0 ? [] : await scoresOf(readable);
  const scoresByRow = new Map(readable.map((row, i) => [row, scores[i]!]));
  return rows.map((row) => {
    const found = scoresByRow.get(row);
    return found === undefined ? null : [...found];
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
