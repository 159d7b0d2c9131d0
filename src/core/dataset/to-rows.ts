import { WorkbenchError } from '../errors';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { renderIds, type IdRole } from '../tokens/render';
import { tokenSetOf, type FunctionalTokenIds } from '../tokens/token-ids';
import type { ExampleStep } from './example';

/** The part of an example's step that a row is made from. */
type RowStep = Pick<ExampleStep, 'token' | 'text' | 'isTrained'>;

/** An example as training reads it. All arrays have the length of `ids`. */
export interface ExampleRow {
  readonly ids: Int32Array;
  /** 1 where the model is taught to write the id, 0 on the question and on the text of wrong turns. */
  readonly weights: Float32Array;
  /** 1 on the open and close tokens that are taught: their loss is reported by itself. */
  readonly functional: Uint8Array;
  /** Ids of the question, the first of the response comes after them. */
  readonly promptLength: number;
}

/**
 * Renders an example: the question in the chat template, then the tagged steps and the end of sequence. Of a step that is not trained only the
 * open tag is taught: that a step begins there is right, what it says is not.
 * @throws WorkbenchError `example-empty`
 */
export function exampleRow(
  prompt: string,
  steps: readonly RowStep[],
  tokenizer: Tokenizer,
  tokens: FunctionalTokenIds,
): ExampleRow {
  if (steps.length === 0) throw noSteps(prompt);
  const question = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
  const response = renderIds(steps, tokenizer, tokens, { withEos: true });
  const ids = Int32Array.from([...question, ...response.ids]);
  const weights = new Float32Array(ids.length);
  const functional = new Uint8Array(ids.length);
  response.roles.forEach((role: IdRole, i) => {
    const isTaught = role === 'open' || role === 'eos' || steps[response.stepIndex[i]!]!.isTrained;
    if (!isTaught) return;
    weights[question.length + i] = 1;
    if (role === 'open' || role === 'close') functional[question.length + i] = 1;
  });
  return { ids, weights, functional, promptLength: question.length };
}

/**
 * The same example without functional tokens: the texts of its steps line by line, then the end of sequence. An `output` that says again what
 * the step before it ended with is left out. What a wrong turn says is read, not taught.
 * @throws WorkbenchError `example-empty`
 */
export function plainRow(prompt: string, steps: readonly RowStep[], tokenizer: Tokenizer): ExampleRow {
  if (steps.length === 0) throw noSteps(prompt);
  const question = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
  const set = tokenSetOf(tokenizer);
  const lines = steps.filter(
    ({ token, text }, i) => !(set.isTerminal(token) && i > 0 && steps[i - 1]!.text.includes(text)),
  );
  const ids = [...question];
  const weights = ids.map(() => 0);
  lines.forEach(({ text, isTrained }, i) => {
    for (const id of tokenizer.encode(i === lines.length - 1 ? text : `${text}\n`)) {
      ids.push(id);
      weights.push(isTrained ? 1 : 0);
    }
  });
  const [eos] = tokenizer.eosIds;
  if (eos !== undefined) {
    ids.push(eos);
    weights.push(1);
  }
  return {
    ids: Int32Array.from(ids),
    weights: Float32Array.from(weights),
    functional: new Uint8Array(ids.length),
    promptLength: question.length,
  };
}

function noSteps(prompt: string): WorkbenchError {
  return new WorkbenchError('validation', 'An example without steps cannot be trained on.', {
    code: 'example-empty',
    where: prompt.slice(0, 80),
  });
}
