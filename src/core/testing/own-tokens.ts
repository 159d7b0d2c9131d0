import type { FunctionalToken } from '../tokens/functional-tokens';
import { ROLE_FACTS, type TokenRole } from '../tokens/token-roles';
import type { TokenSetData } from '../tokens/token-set';

/** A token with its tag and looks from its name and role. */
export function ownToken(
  name: string,
  role: TokenRole,
  followedBy: readonly string[],
  change: Partial<FunctionalToken> = {},
): TokenSetData['tokens'][number] {
  const { glyph, colour } = ROLE_FACTS[role];
  return {
    name,
    role,
    open: `<${name}>`,
    close: `</${name}>`,
    meaning: `The step ${name}.`,
    glyph,
    colour,
    startsResponse: false,
    start: null,
    ...change,
    followedBy: [...followedBy],
  };
}

/** Four tokens with names and tags of their own: work, check, correct, answer. What the method needs, and nothing else. */
export const FOUR_TOKENS: TokenSetData = {
  name: 'Four',
  tokens: [
    ownToken('calculate', 'next_step', ['calculate', 'check', 'answer'], {
      startsResponse: true,
      open: '[work]',
      close: '[/work]',
    }),
    ownToken('check', 'verify', ['mend', 'calculate', 'check', 'answer']),
    ownToken('mend', 'refine', ['calculate', 'check', 'answer']),
    ownToken('answer', 'output', []),
  ],
};
