import { z } from 'zod';
import { FUNCTIONAL_TOKENS, type FunctionalToken, type FunctionalTokenName } from './functional-tokens';
import { RowStartSchema } from './row-start';
import { ROLE_FACTS, TOKEN_COLOURS, TOKEN_ROLES, type TokenCategory, type TokenRole } from './token-roles';

/** More tokens than this fit in no legend, and the grammar keeps one bit for each. */
export const MAX_TOKENS = 16;

/** A token as it is kept: any text that a person may have typed. What may run is for `checkTokenSet` to say. */
export const FunctionalTokenSchema = z.object({
  name: z.string().max(40),
  role: z.enum(TOKEN_ROLES),
  open: z.string().max(40),
  close: z.string().max(40),
  meaning: z.string().max(400),
  glyph: z.string().max(4),
  colour: z.enum(TOKEN_COLOURS),
  startsResponse: z.boolean(),
  followedBy: z.array(z.string().max(40)).max(64),
  start: RowStartSchema.nullable().default(null),
});

/** A set of functional tokens with its grammar, as plain data. */
export const TokenSetSchema = z.object({
  name: z.string().trim().min(1).max(80),
  tokens: z.array(FunctionalTokenSchema).min(1).max(64),
});
export type TokenSetData = z.infer<typeof TokenSetSchema>;

/** A token set ready to be asked. Made once by `compileTokenSet`. */
export interface TokenSet {
  readonly name: string;
  readonly tokens: readonly FunctionalToken[];
  /** In table order; the position is the token's bit in the masks of the grammar. */
  readonly names: readonly FunctionalTokenName[];
  /** All open entries, then all close entries: the order in which they enter a vocabulary. */
  readonly surfaces: readonly string[];
  /** Undefined for a name that is none of the set's, e.g. of a stored row from another set. */
  find(name: string): FunctionalToken | undefined;
  /** -1 for a name of another set. */
  indexOf(name: string): number;
  /** Null for a name of another set. */
  roleOf(name: string): TokenRole | null;
  categoryOf(name: string): TokenCategory | null;
  /** Whether a response ends with a step of this name. */
  isTerminal(name: string): boolean;
  /** Names with the role, in table order. */
  withRole(role: TokenRole): readonly FunctionalTokenName[];
  /** Whether a text spells a tag: as part of a response it would open or close a step. */
  holdsTag(text: string): boolean;
  /** A fresh pattern that finds any tag of the set; group 1 is the tag. */
  tagPattern(): RegExp;
  /** Which step a tag opens or closes. */
  tag(surface: string): { readonly name: FunctionalTokenName; readonly opens: boolean } | undefined;
}

/** Prepares a set for use. Does not judge it: see `checkTokenSet`. */
export function compileTokenSet({
  name,
  tokens,
}: Readonly<{ name: string; tokens: readonly FunctionalToken[] }>): TokenSet {
  const byName = new Map(tokens.map((token) => [token.name, token]));
  const names = tokens.map((token) => token.name);
  const indices = new Map(names.map((each, index) => [each, index]));
  const tags = new Map<string, { name: string; opens: boolean }>([
    ...tokens.map((token) => [token.open, { name: token.name, opens: true }] as const),
    ...tokens.map((token) => [token.close, { name: token.name, opens: false }] as const),
  ]);
  const surfaces = [...tokens.map((token) => token.open), ...tokens.map((token) => token.close)];
  // Longest first: of two tags that begin alike the whole one is found.
  const pattern = `(${[...surfaces]
    .sort((a, b) => b.length - a.length)
    .map((surface) => surface.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|')})`;
  const finder = new RegExp(pattern);
  const byRole = new Map(
    TOKEN_ROLES.map((role) => [role, tokens.filter((token) => token.role === role).map((token) => token.name)]),
  );
  const roleOf = (each: string): TokenRole | null => byName.get(each)?.role ?? null;
  return {
    name,
    tokens,
    names,
    surfaces,
    find: (each) => byName.get(each),
    indexOf: (each) => indices.get(each) ?? -1,
    roleOf,
    categoryOf: (each) => {
      const role = roleOf(each);
      return role && ROLE_FACTS[role].category;
    },
    isTerminal: (each) => roleOf(each) === 'output',
    withRole: (role) => byRole.get(role) ?? [],
    holdsTag: (text) => finder.test(text),
    tagPattern: () => new RegExp(pattern, 'g'),
    tag: (surface) => tags.get(surface),
  };
}

/** The eight tokens of the paper, as data and ready for use. */
export const RFTT_TOKEN_SET: TokenSetData = {
  name: 'RFTT',
  tokens: FUNCTIONAL_TOKENS.map((token) => ({ ...token, followedBy: [...token.followedBy] })),
};
export const RFTT_TOKENS: TokenSet = compileTokenSet(RFTT_TOKEN_SET);

/** The set as plain data; how its rows began is no part of what a model knows. */
export function describeTokenSet({ name, tokens }: TokenSet): TokenSetData {
  return { name, tokens: tokens.map((token) => ({ ...token, followedBy: [...token.followedBy], start: null })) };
}

/** Whether a set is the eight as they are; what its rows began as aside. */
export function isRfttSet({ tokens }: Pick<TokenSet, 'tokens'>): boolean {
  return (
    tokens.length === FUNCTIONAL_TOKENS.length &&
    tokens.every((token, at) => {
      const own = FUNCTIONAL_TOKENS[at]!;
      const followers = new Set<string>(own.followedBy);
      return (
        token.name === own.name &&
        token.role === own.role &&
        token.open === own.open &&
        token.close === own.close &&
        token.meaning === own.meaning &&
        token.glyph === own.glyph &&
        token.colour === own.colour &&
        token.startsResponse === own.startsResponse &&
        token.followedBy.length === followers.size &&
        token.followedBy.every((each) => followers.has(each))
      );
    })
  );
}
