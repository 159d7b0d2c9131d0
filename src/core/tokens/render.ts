import type { Tokenizer } from '../tokenizer/tokenizer';
import { functionalToken, type FunctionalTokenName } from './functional-tokens';
import type { FunctionalTokenIds } from './token-ids';

/** One step of a response: its functional token and the text between the tags, stripped. */
export interface Step {
  readonly token: FunctionalTokenName;
  readonly text: string;
}

/** What an id of a rendered response stands for. */
export const ID_ROLES = ['open', 'text', 'close', 'newline', 'eos'] as const;
export type IdRole = (typeof ID_ROLES)[number];

/** Ids of a response with what each stands for. `roles`, `stepIndex` and `ids` have the same length. */
export interface RenderedResponse {
  readonly ids: readonly number[];
  /** Parallel to `ids`. `newline` is the break after a close token; breaks inside the tags count as `text`. */
  readonly roles: readonly IdRole[];
  /** Index into the steps; the end-of-sequence id carries that of the last step. */
  readonly stepIndex: readonly number[];
}

/** A step as text: open tag, line break, content, line break, close tag, line break. */
export function renderStep(step: Step): string {
  const token = functionalToken(step.token);
  return `${token.open}\n${step.text}\n${token.close}\n`;
}

/** A response as text. */
export function renderSteps(steps: readonly Step[]): string {
  return steps.map(renderStep).join('');
}

/**
 * A response as ids. Each text is encoded by itself with specials spelled, so no text can become a functional token;
 * the ids equal those of the whole text with specials recognised, because special tokens split it at the same places.
 * @param withEos append the first end-of-sequence id
 */
export function renderIds(
  steps: readonly Step[],
  tokenizer: Tokenizer,
  tokens: FunctionalTokenIds,
  options: { readonly withEos: boolean },
): RenderedResponse {
  const ids: number[] = [];
  const roles: IdRole[] = [];
  const stepIndex: number[] = [];
  const push = (values: ArrayLike<number>, role: IdRole, step: number) => {
    for (let i = 0; i < values.length; i++) {
      ids.push(values[i]!);
      roles.push(role);
      stepIndex.push(step);
    }
  };
  steps.forEach((step, index) => {
    push([tokens.open[step.token]], 'open', index);
    push(tokenizer.encode(`\n${step.text}\n`), 'text', index);
    push([tokens.close[step.token]], 'close', index);
    push(tokens.newline, 'newline', index);
  });
  const eos = tokens.eos[0];
  if (options.withEos && eos !== undefined && steps.length > 0) push([eos], 'eos', steps.length - 1);
  return { ids, roles, stepIndex };
}
