import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';

/** What the window shows of a kind of node or step. */
export interface TokenFacts {
  /** `question`, or the name of a functional token; also the value of `data-token`, which carries the colour. */
  readonly kind: string;
  readonly label: string;
  readonly glyph: string;
  readonly meaning: string;
}

const QUESTION: TokenFacts = { kind: 'question', label: 'question', glyph: '•', meaning: 'The question itself.' };

const BY_KIND: ReadonlyMap<string, TokenFacts> = new Map([
  ['question', QUESTION],
  ...FUNCTIONAL_TOKENS.map(({ name, glyph, meaning }): [string, TokenFacts] => [
    name,
    { kind: name, label: name.replace('_', ' '), glyph, meaning },
  ]),
]);

/** Glyph, label and meaning of a kind; a kind from another token set shows under its own name. */
export function tokenFacts(kind: string): TokenFacts {
  return BY_KIND.get(kind) ?? { kind, label: kind, glyph: '◦', meaning: '' };
}

/** The question and the eight tokens, in legend order. */
export const ALL_TOKEN_FACTS: readonly TokenFacts[] = [...BY_KIND.values()];
