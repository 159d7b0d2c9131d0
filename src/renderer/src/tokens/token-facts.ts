import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import { TOKEN_ROLES, type TokenColour } from '@core/tokens/token-roles';
import { translated } from '../lib/language';
import { knownTokens } from './known-tokens';

/** What the window shows of a kind of node or step. */
export interface TokenFacts {
  /** `question`, or the name of a functional token. */
  readonly kind: string;
  /** Value of `data-token`, which carries the colour: the one of the eight that has it, or `question`. */
  readonly look: string;
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
  GLYPHS.map(([kind, glyph]) => [kind, { kind, look: kind, glyph, label: kind, meaning: '', ...words[kind] }]),
);

/** Which of the eight wears a colour. */
const LOOKS: ReadonlyMap<TokenColour, string> = new Map(
  FUNCTIONAL_TOKENS.map(({ name, colour }) => [colour, name as string]),
);

/** What `data-token` says for a colour. */
export function lookOf(colour: TokenColour): string {
  return LOOKS.get(colour) ?? 'question';
}

/** A role in the window's language, as the one of the eight that is named after it. */
export function roleFacts(role: (typeof TOKEN_ROLES)[number]): TokenFacts {
  return BY_KIND.get(role) ?? plain(role);
}

/** Glyph, label, colour and meaning of a kind; a kind that nobody knows shows under its own name. */
export function tokenFacts(kind: string): TokenFacts {
  const own = knownTokens().get(kind);
  return own ? factsOf(own) : (BY_KIND.get(kind) ?? plain(kind));
}

/** What a token says of itself; in the window's language where it is one of the eight as they are. */
export function factsOf(token: FunctionalToken): TokenFacts {
  const { name, glyph, colour, meaning } = token;
  const known = BY_KIND.get(name);
  const original = FUNCTIONAL_TOKENS.find((one) => one.name === name);
  return {
    kind: name,
    look: lookOf(colour),
    glyph,
    label: known?.label ?? name.replaceAll('_', ' '),
    meaning: known && original?.meaning === meaning ? known.meaning : meaning,
  };
}

function plain(kind: string): TokenFacts {
  return { kind, look: kind, label: kind, glyph: '◦', meaning: '' };
}

/** What the looks of all tokens are drawn from: the question and the eight. */
export const ALL_LOOKS: readonly string[] = [...BY_KIND.keys()];
