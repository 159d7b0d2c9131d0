import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTokenSet, isUsable } from '@core/tokens/check-token-set';
import { FOUR_TOKENS } from '@core/testing/own-tokens';
import { TOKEN_ROLES } from '@core/tokens/token-roles';
import { compileTokenSet, RFTT_TOKEN_SET, type TokenSetData } from '@core/tokens/token-set';
import { addToken, asJobSet, mayFollow, QUESTION, removeToken, renameToken, toggleFollow } from './edit-set';
import { edgePath, layOutGrammar, PILL } from './grammar-layout';

const problemsOf = (set: TokenSetData) => checkTokenSet(compileTokenSet(set));

describe('editing a token set', () => {
  it('a token that is added can be written and goes on to an answer at once, whatever its role', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKEN_ROLES), { maxLength: 6 }), (roles) => {
        let set: TokenSetData = FOUR_TOKENS;
        for (const role of roles) set = addToken(set, role).set;
        expect(problemsOf(set).filter(({ isBlocking }) => isBlocking)).toEqual([]);
        expect(new Set(set.tokens.map(({ name }) => name)).size).toBe(FOUR_TOKENS.tokens.length + roles.length);
      }),
    );
  });

  it('renaming there and back leaves everything as it was', () => {
    const there = renameToken(RFTT_TOKEN_SET, 'verify', 'check');
    expect(there.tokens.some(({ followedBy }) => followedBy.includes('verify'))).toBe(false);
    expect(there.tokens.find(({ name }) => name === 'check')).toMatchObject({ open: '<check>', close: '</check>' });
    expect(renameToken(there, 'check', 'verify')).toEqual(RFTT_TOKEN_SET);
    // A tag of one's own does not follow the name.
    expect(renameToken(FOUR_TOKENS, 'calculate', 'do').tokens[0]).toMatchObject({ name: 'do', open: '[work]' });
  });

  it('what is removed is spoken of nowhere', () => {
    const set = removeToken(RFTT_TOKEN_SET, 'next_step');
    expect(JSON.stringify(set.tokens.map(({ followedBy }) => followedBy))).not.toContain('next_step');
    expect(isUsable(problemsOf(set))).toBe(true);
  });

  it('toggling twice changes nothing that matters', () => {
    const names = [QUESTION, ...RFTT_TOKEN_SET.tokens.map(({ name }) => name)];
    for (const from of names.slice(0, -1)) {
      for (const to of names.slice(1)) {
        const once = toggleFollow(RFTT_TOKEN_SET, from, to);
        expect(mayFollow(once, from, to)).toBe(!mayFollow(RFTT_TOKEN_SET, from, to));
        const twice = toggleFollow(once, from, to);
        for (const [a, b] of names.flatMap((x) => names.slice(1).map((y) => [x, y] as const)))
          expect(mayFollow(twice, a, b)).toBe(mayFollow(RFTT_TOKEN_SET, a, b));
      }
    }
  });

  it('the eight are no set of their own, unless a row begins in a way of its own', () => {
    expect(asJobSet(RFTT_TOKEN_SET)).toBeNull();
    const [first, ...rest] = RFTT_TOKEN_SET.tokens;
    const noisy: TokenSetData = { name: 'RFTT', tokens: [{ ...first!, start: { kind: 'noise' } }, ...rest] };
    expect(asJobSet(noisy)).toEqual(noisy);
  });
});

describe('the picture of a grammar', () => {
  it('lets no two pills touch, up to as many tokens as a set may have', () => {
    for (let count = 1; count <= 16; count++) {
      const picture = layOutGrammar(Array.from({ length: count }, (_, i) => `t${i}`));
      for (const a of picture.nodes) {
        expect(a.x - PILL.width / 2).toBeGreaterThanOrEqual(0);
        expect(a.x + PILL.width / 2).toBeLessThanOrEqual(picture.width);
        expect(a.y - PILL.height / 2).toBeGreaterThanOrEqual(0);
        expect(a.y + PILL.height / 2).toBeLessThanOrEqual(picture.height);
        for (const b of picture.nodes) {
          if (a === b) continue;
          const apart = Math.abs(a.x - b.x) >= PILL.width + 4 || Math.abs(a.y - b.y) >= PILL.height + 4;
          expect(apart, `${a.name} and ${b.name} of ${count}`).toBe(true);
        }
      }
      expect(edgePath(picture.nodes[0]!, picture.nodes[1]!, picture)).not.toContain('NaN');
      expect(edgePath(picture.nodes[1]!, picture.nodes[1]!, picture)).toMatch(/^M.*C/);
    }
  });
});
