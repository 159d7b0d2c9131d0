import { freshToken } from '@core/tokens/check-token-set';
import { ROLE_FACTS, type TokenRole } from '@core/tokens/token-roles';
import { isRfttSet, type TokenSetData } from '@core/tokens/token-set';

type Token = TokenSetData['tokens'][number];

/** Stands for the question in the grammar: what may begin a response follows it. */
export const QUESTION = 'question';

export function changeToken(set: TokenSetData, name: string, change: Partial<Token>): TokenSetData {
  return { ...set, tokens: set.tokens.map((token) => (token.name === name ? { ...token, ...change } : token)) };
}

/** Renames a token wherever the grammar speaks of it; tags that were made from the old name follow. */
export function renameToken(set: TokenSetData, from: string, to: string): TokenSetData {
  const follow = (tag: string): string => (tag === `<${from}>` ? `<${to}>` : tag === `</${from}>` ? `</${to}>` : tag);
  return {
    ...set,
    tokens: set.tokens.map((token) => ({
      ...token,
      ...(token.name === from && { name: to, open: follow(token.open), close: follow(token.close) }),
      followedBy: token.followedBy.map((name) => (name === from ? to : name)),
    })),
  };
}

export function removeToken(set: TokenSetData, name: string): TokenSetData {
  return {
    ...set,
    tokens: set.tokens
      .filter((token) => token.name !== name)
      .map((token) => ({ ...token, followedBy: token.followedBy.filter((each) => each !== name) })),
  };
}

export function mayFollow(set: TokenSetData, from: string, to: string): boolean {
  const token = set.tokens.find(({ name }) => name === (from === QUESTION ? to : from));
  return from === QUESTION ? (token?.startsResponse ?? false) : (token?.followedBy.includes(to) ?? false);
}

/** Lets `to` come after `from`, or no longer. */
export function toggleFollow(set: TokenSetData, from: string, to: string): TokenSetData {
  const isOn = mayFollow(set, from, to);
  if (from === QUESTION) return changeToken(set, to, { startsResponse: !isOn });
  const followers = set.tokens.find(({ name }) => name === from)?.followedBy ?? [];
  return changeToken(set, from, {
    followedBy: isOn ? followers.filter((name) => name !== to) : [...followers, to],
  });
}

/** Adds a token where its role belongs, so that it can be written and goes on to the end at once. */
export function addToken(set: TokenSetData, role: TokenRole): { readonly set: TokenSetData; readonly name: string } {
  const taken = new Set(set.tokens.map(({ name }) => name));
  let name: string = role;
  for (let again = 2; taken.has(name); again++) name = `${role}_${again}`;
  const { category, glyph, colour } = ROLE_FACTS[role];
  const named = (...roles: readonly TokenRole[]): string[] =>
    set.tokens.filter((token) => roles.includes(token.role)).map((token) => token.name);
  const work = named('next_step', 'direct_answer');
  const before: Readonly<Record<TokenRole, readonly string[]>> = {
    clarify: [],
    analysis: named('clarify'),
    subquestion: named('clarify', 'analysis', 'next_step'),
    next_step: [...named('clarify', 'analysis', 'subquestion', 'next_step', 'verify', 'refine')],
    direct_answer: [...named('clarify', 'analysis', 'subquestion', 'next_step', 'verify', 'refine')],
    verify: work,
    refine: named('verify'),
    output: [...work, ...named('verify', 'refine')],
  };
  const token: Token = {
    ...freshToken(role, { glyph, colour }, name),
    startsResponse: category === 'plan' || role === 'next_step',
    followedBy: role === 'output' ? [] : [...work, ...(category === 'plan' ? [] : named('output'))],
    start: null,
  };
  const tokens = set.tokens.map((each) =>
    before[role].includes(each.name) ? { ...each, followedBy: [...each.followedBy, name] } : each,
  );
  // What ends a response stays last in lists.
  const at = role === 'output' ? tokens.length : tokens.findIndex((each) => each.role === 'output');
  const place = at < 0 ? tokens.length : at;
  return { set: { ...set, tokens: [...tokens.slice(0, place), token, ...tokens.slice(place)] }, name };
}

/** The set as the job takes it: the eight are null unless one of them begins in a way of its own. */
export function asJobSet(set: TokenSetData | null): TokenSetData | null {
  if (set === null) return null;
  return isRfttSet(set) && set.tokens.every(({ start }) => start === null) ? null : set;
}
