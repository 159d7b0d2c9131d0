import type { Tokenizer } from '../tokenizer/tokenizer';
import { WorkbenchError } from '../errors';
import type { FunctionalTokenName } from './functional-tokens';
import type { FunctionalTokenIds } from './token-ids';
import { RFTT_TOKENS, type TokenSet } from './token-set';

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

/**
 * A step as text: open tag, line break, content, line break, close tag, line break.
 * @throws WorkbenchError `token-foreign` for a step of another token set
 */
export function renderStep(step: Step, set: TokenSet = RFTT_TOKENS): string {
  const token = set.find(step.token) ?? foreign(step.token, set);
  return `${token.open}\n${step.text}\n${token.close}\n`;
}

/** A response as text. @throws as `renderStep` */
export function renderSteps(steps: readonly Step[], set: TokenSet = RFTT_TOKENS): string {
  return steps.map((step) => renderStep(step, set)).join('');
}

/**
 * A response as ids. Each text is encoded by itself with specials spelled, so no text can become a functional token;
 * the ids equal those of the whole text with specials recognised, because special tokens split it at the same places.
 * @param withEos append the first end-of-sequence id
 * @throws WorkbenchError `token-foreign` for a step of another token set
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
    const [open, close] = [tokens.open[step.token], tokens.close[step.token]];
    if (open === undefined || close === undefined) return foreign(step.token, tokens.set);
    push([open], 'open', index);
    push(tokenizer.encode(`\n${step.text}\n`), 'text', index);
    push([close], 'close', index);
    push(tokens.newline, 'newline', index);
  });
  const eos = tokens.eos[0];
  if (options.withEos && eos !== undefined && steps.length > 0) push([eos], 'eos', steps.length - 1);
  return { ids, roles, stepIndex };
}

function foreign(name: FunctionalTokenName, set: TokenSet): never {
  throw new WorkbenchError('precondition', `“${name}” is no token of the set “${set.name}”.`, {
    code: 'token-foreign',
    where: name,
    kept: 'Everything that was made so far.',
    wayOut: `Use trees and examples that were made with the tokens ${set.names.join(', ')}.`,
  });
}
