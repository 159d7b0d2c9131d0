import type { Tokenizer } from '../../tokenizer/tokenizer';
import { renderIds, type Step } from '../../tokens/render';
import type { FunctionalTokenIds } from '../../tokens/token-ids';

/** A response whose steps have labels: the probability in [0, 1] that the way so far leads to the right answer. */
export interface JudgedResponse {
  readonly questionId: string;
  readonly prompt: string;
  readonly steps: readonly Step[];
  /** [steps + 1] after the question and after each step; null where nobody knows. */
  readonly labels: readonly (number | null)[];
  /** [steps + 1] how much each label counts; shared beginnings count once among the responses that share them. */
  readonly weights: readonly number[];
}

/** A judged response as training reads it. Arrays have the length of `ids`. */
export interface JudgedRow {
  readonly ids: Int32Array;
  /** 0 but behind the end of a step, as `ValueLoss` says. */
  readonly weights: Float32Array;
  readonly labels: Float32Array;
  /** [steps + 1] index of the id behind the question and behind each step: where its value stands. */
  readonly places: readonly number[];
}

/** Renders a response and puts its labels where the steps end: behind the question, and behind each close tag. */
export function judgedRow(
  { prompt, steps, labels, weights }: JudgedResponse,
  tokenizer: Tokenizer,
  tokens: FunctionalTokenIds,
): JudgedRow {
  const question = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
  const response = renderIds(steps, tokenizer, tokens, { withEos: false });
  // One more id, so that what follows the last step has a place too.
  const ids = Int32Array.from([...question, ...response.ids, tokens.eos[0] ?? tokens.newline[0] ?? 0]);
  const places = [
    question.length,
    ...response.roles.flatMap((role, i) => (role === 'close' ? [question.length + i + 1] : [])),
  ];
  const row = { ids, weights: new Float32Array(ids.length), labels: new Float32Array(ids.length), places };
  places.forEach((place, k) => {
    const label = labels[k] ?? null;
    if (label === null) return;
    row.labels[place] = label;
    row.weights[place] = weights[k] ?? 1;
  });
  return row;
}
