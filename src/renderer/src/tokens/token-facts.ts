import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { translated } from '../lib/language';

/** What the window shows of a kind of node or step. */
export interface TokenFacts {
  /** `question`, or the name of a functional token; also the value of `data-token`, which carries the colour. */
  readonly kind: string;
  readonly label: string;
  readonly glyph: string;
  readonly meaning: string;
}

/** Names and meanings by kind; those of the tokens stand in their table in core. */
const words: Readonly<Record<string, { readonly label: string; readonly meaning: string }>> = translated(
  'tokenFacts',
  Object.fromEntries([
    ['question', { label: 'question', meaning: 'The question itself.' }],
    ...FUNCTIONAL_TOKENS.map(({ name, meaning }) => [name, { label: name.replace('_', ' '), meaning }]),
  ]) as Readonly<Record<string, { label: string; meaning: string }>>, // pairs of a kind and its words
);

const GLYPHS: readonly (readonly [kind: string, glyph: string])[] = [
  ['question', '•'],
  ...FUNCTIONAL_TOKENS.map(({ name, glyph }) => [name, glyph] as const),
];

const BY_KIND: ReadonlyMap<string, TokenFacts> = new Map(
  GLYPHS.map(([kind, glyph]) => [kind, { kind, glyph, label: kind, meaning: '', ...words[kind] }]),
);

/** Glyph, label and meaning of a kind; a kind from another token set shows under its own name. */
export function tokenFacts(kind: string): TokenFacts {
  return BY_KIND.get(kind) ?? { kind, label: kind, glyph: '◦', meaning: '' };
}

/** The question and the eight tokens, in legend order. */
export const ALL_TOKEN_FACTS: readonly TokenFacts[] = [...BY_KIND.values()];
