import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOUR_TOKENS, ownToken } from '../testing/own-tokens';
import {
  checkTokenSet,
  describeTokenSetProblem,
  isUsable,
  missingRoles,
  TOKEN_SET_PROBLEMS,
  type TokenSetProblemKind,
} from './check-token-set';
import { createGrammar, GRAMMAR_START, stateAfter } from './grammar';
import { isWellFormed, lintSteps } from './lint';
import { findNearestRows } from './nearest-rows';
import { parseText } from './parse';
import { renderSteps } from './render';
import { TOKEN_ROLES } from './token-roles';
import {
  compileTokenSet,
  describeTokenSet,
  isRfttSet,
  RFTT_TOKENS,
  RFTT_TOKEN_SET,
  TokenSetSchema,
  type TokenSetData,
} from './token-set';

const four = compileTokenSet(FOUR_TOKENS);

/** Any set that an editor could leave behind, sensible or not. */
const anySet: fc.Arbitrary<TokenSetData> = fc.integer({ min: 1, max: 6 }).chain((count) =>
  fc.record({
    name: fc.constant('any'),
    tokens: fc.tuple(
      ...Array.from({ length: count }, (_, at) =>
        fc
          .record({
            role: fc.constantFrom(...TOKEN_ROLES),
            startsResponse: fc.boolean(),
            followedBy: fc.subarray(Array.from({ length: count }, (_each, i) => `t${i}`)),
          })
          .map(({ role, startsResponse, followedBy }) =>
            ownToken(`t${at}`, role, role === 'output' ? [] : followedBy, { startsResponse }),
          ),
      ),
    ),
  }),
);

describe('checkTokenSet', () => {
  it('finds nothing in the eight, nor in a small set of the method', () => {
    expect(checkTokenSet(RFTT_TOKENS)).toEqual([]);
    expect(checkTokenSet(four)).toEqual([]);
  });

  it('lets no set pass that could begin nowhere, or whose steps could end nowhere', () => {
    let usable = 0;
    fc.assert(
      fc.property(anySet, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (data, draws) => {
        const set = compileTokenSet(data);
        if (!isUsable(checkTokenSet(set))) return;
        usable++;
        const grammar = createGrammar({ set, maxDepth: 12, maxVerifyRun: 100 });
        const names: string[] = [];
        for (const draw of draws) {
          const legal = grammar.legal(stateAfter(grammar, names));
          if (legal.length === 0) break;
          names.push(legal[draw % legal.length]!);
        }
        expect(set.isTerminal(names.at(-1)!)).toBe(true);
        const steps = names.map((token, at) => ({ token, text: `text ${at}` }));
        expect(lintSteps(steps, createGrammar({ set, maxVerifyRun: 100, rootDirectAnswer: true })).join()).not.toMatch(
          /may not come first/,
        );
        expect(parseText(renderSteps(steps, set), set).steps.map(({ token }) => token)).toEqual(names);
      }),
      { numRuns: 400 },
    );
    expect(usable).toBeGreaterThan(10);
  });

  it('calls unreachable what no walk reaches, and a dead end what no walk leaves', () => {
    fc.assert(
      fc.property(anySet, (data) => {
        const set = compileTokenSet(data);
        const problems = checkTokenSet(set);
        const grammar = createGrammar({ set, maxVerifyRun: Number.POSITIVE_INFINITY, rootDirectAnswer: true });
        const next = (last: string | null) =>
          last === null
            ? grammar.legal(GRAMMAR_START)
            : (set.find(last)?.followedBy ?? []).filter((name) => set.find(name));
        const reach = (from: readonly string[]) => {
          const found = new Set(from);
          for (const name of found) for (const each of next(name)) found.add(each);
          return found;
        };
        const has = (kind: TokenSetProblemKind, token: string) =>
          problems.some((problem) => problem.kind === kind && problem.token === token);
        if (problems.some(({ kind }) => kind === 'no-output' || kind === 'no-start')) return;
        const begun = new Set([
          ...set.tokens.filter(({ startsResponse }) => startsResponse).map(({ name }) => name),
          ...set.withRole('direct_answer'),
        ]);
        const reached = reach([...begun]);
        for (const name of set.names) {
          expect(has('unreachable', name)).toBe(!reached.has(name));
          expect(has('dead-end', name)).toBe(![...reach([name])].some((each) => set.isTerminal(each)));
        }
      }),
    );
  });

  const changed = (at: number, change: Partial<TokenSetData['tokens'][number]>): TokenSetData => ({
    ...FOUR_TOKENS,
    tokens: FOUR_TOKENS.tokens.map((token, i) => (i === at ? { ...token, ...change } : token)),
  });
  it.each<[TokenSetProblemKind, TokenSetData]>([
    ['too-many', { name: 'x', tokens: Array.from({ length: 17 }, (_, i) => ownToken(`t${i}`, 'output', [])) }],
    ['name-form', changed(0, { name: 'Work!' })],
    ['name-form', changed(0, { name: 'question' })],
    ['name-twice', changed(1, { name: 'calculate' })],
    ['tag-form', changed(0, { open: '[my work]' })],
    ['tag-form', changed(0, { close: '' })],
    ['tag-twice', changed(1, { open: '[work]' })],
    ['tag-twice', changed(1, { close: '<check>' })],
    ['tag-inside-tag', changed(1, { open: '[[work]]' })],
    ['glyph-missing', changed(0, { glyph: ' ' })],
    ['follower-unknown', changed(0, { followedBy: ['answer', 'dream'] })],
    ['no-output', changed(3, { role: 'next_step' })],
    ['no-start', changed(0, { startsResponse: false })],
    ['output-goes-on', changed(3, { followedBy: ['calculate'] })],
    ['unreachable', changed(1, { followedBy: ['calculate', 'check', 'answer'] })],
    ['dead-end', changed(2, { followedBy: ['mend'] })],
    ['no-work', changed(0, { role: 'analysis' })],
    ['correction-alone', changed(1, { role: 'analysis' })],
    ['check-not-reached', changed(0, { followedBy: ['calculate', 'mend', 'answer'] })],
    ['no-way-round', changed(1, { followedBy: ['calculate', 'answer'] })],
    ['meaning-missing', changed(0, { meaning: '' })],
  ])('%s', (kind, data) => {
    const problem = checkTokenSet(compileTokenSet(data)).find((each) => each.kind === kind);
    expect(problem).toBeDefined();
    expect(problem!.isBlocking).toBe(TOKEN_SET_PROBLEMS.indexOf(kind) < TOKEN_SET_PROBLEMS.indexOf('no-work'));
    expect(describeTokenSetProblem(problem!)).toMatch(/^\S.*\.$/);
  });

  it('holds tags and copies against a vocabulary', () => {
    const data = changed(0, { start: { kind: 'copy', of: 'two words' } });
    const vocabulary = {
      isTaken: (surface: string) => surface === '<check>',
      countPieces: (text: string) => text.split(' ').length,
    };
    expect(checkTokenSet(compileTokenSet(data), vocabulary).map(({ kind, token }) => [kind, token])).toEqual([
      ['tag-taken', 'check'],
      ['copy-unknown', 'calculate'],
    ]);
  });

  it('only cycles: no way leads to the end', () => {
    const cycle: TokenSetData = {
      name: 'cycle',
      tokens: [
        ownToken('a', 'next_step', ['b'], { startsResponse: true }),
        ownToken('b', 'next_step', ['a']),
        ownToken('end', 'output', []),
      ],
    };
    expect(checkTokenSet(compileTokenSet(cycle)).map(({ kind, token }) => `${kind} ${token ?? ''}`)).toEqual(
      expect.arrayContaining(['dead-end a', 'dead-end b', 'unreachable end']),
    );
  });
});

describe('token sets', () => {
  it('survive being stored, and the eight are known again', () => {
    expect(TokenSetSchema.parse(JSON.parse(JSON.stringify(FOUR_TOKENS)))).toEqual(FOUR_TOKENS);
    expect(describeTokenSet(four)).toEqual(FOUR_TOKENS);
    expect(isRfttSet(RFTT_TOKENS)).toBe(true);
    expect(isRfttSet(compileTokenSet(RFTT_TOKEN_SET))).toBe(true);
    expect(isRfttSet(four)).toBe(false);
    const reworded = RFTT_TOKEN_SET.tokens.map((token, at) => (at === 0 ? { ...token, meaning: 'Other.' } : token));
    expect(isRfttSet(compileTokenSet({ name: 'RFTT', tokens: reworded }))).toBe(false);
  });

  it('write and read their own tags, and take no others for theirs', () => {
    const steps = [
      { token: 'calculate', text: '1 + 1 = 2 <verify>' },
      { token: 'answer', text: '2' },
    ];
    const text = renderSteps(steps, four);
    expect(text).toBe('[work]\n1 + 1 = 2 <verify>\n[/work]\n<answer>\n2\n</answer>\n');
    const parsed = parseText(text, four);
    expect(parsed.problems).toEqual([]);
    expect(isWellFormed(parsed, createGrammar({ set: four }))).toBe(true);
    expect(() => renderSteps([{ token: 'verify', text: 'x' }], four)).toThrow(/no token of the set “Four”/);
  });

  it('say which roles a stage would miss', () => {
    expect(missingRoles(four, ['verify', ['next_step', 'direct_answer'], 'output'])).toEqual([]);
    expect(missingRoles(four, ['direct_answer', ['clarify', 'analysis']])).toEqual(['direct_answer', 'clarify']);
  });
});

describe('findNearestRows', () => {
  it('finds what comparing with all rows finds, slice by slice', () => {
    const numbers = fc.float({ min: -4, max: 4, noNaN: true, noDefaultInfinity: true });
    const matrix = fc.array(fc.array(numbers, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        matrix,
        fc.array(numbers, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        (rows, query, slice) => {
          const search = findNearestRows([Float32Array.from(query)], 3, { count: 5, skip: (id) => id % 4 === 3 });
          for (let first = 0; first < rows.length; first += slice)
            search.add(first, Float32Array.from(rows.slice(first, first + slice).flat()));
          const length = (row: readonly number[]) => Math.hypot(...row.map(Math.fround));
          const cosine = (row: readonly number[]) =>
            row.reduce((sum, value, i) => sum + Math.fround(value) * Math.fround(query[i]!), 0) /
            (length(row) * (length(query) || 1));
          const expected = rows
            .map((row, id) => ({ id, row }))
            .filter(({ id, row }) => id % 4 !== 3 && length(row) > 0)
            .map(({ row }) => cosine(row))
            .sort((a, b) => b - a)
            .slice(0, 5);
          const found = search.result()[0]!;
          expect(found).toHaveLength(expected.length);
          found.forEach(({ cosine: value }, at) => expect(value).toBeCloseTo(expected[at]!, 4));
        },
      ),
    );
  });
});
