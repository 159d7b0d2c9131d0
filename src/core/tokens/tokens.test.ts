import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createToyModel } from '../testing/toy-arithmetic';
import { createToyTokenizer } from '../testing/toy-tokenizer';
import { createGrammarConstraint, forbiddenTable } from './constraint';
import {
  FUNCTIONAL_SURFACES,
  FUNCTIONAL_TOKEN_NAMES,
  FUNCTIONAL_TOKENS,
  type FunctionalTokenName,
} from './functional-tokens';
import { createGrammar, GRAMMAR_START, stateAfter } from './grammar';
import { isWellFormed, lintSteps, normaliseStepText } from './lint';
import { parseIds, parseText } from './parse';
import { renderIds, renderSteps, type Step } from './render';
import { functionalTokenIds, hasFunctionalTokens } from './token-ids';
import { RFTT_TOKENS } from './token-set';

const { tokenizer } = createToyModel();
const tokens = functionalTokenIds(tokenizer);

const words = fc.stringMatching(/^[a-z0-9]{1,6}( [a-z0-9+=.]{1,6}){0,5}$/);
const anySteps = fc.array(fc.record({ token: fc.constantFrom(...FUNCTIONAL_TOKEN_NAMES), text: words }), {
  minLength: 1,
  maxLength: 8,
});

/** A random walk through the grammar that ends with output. */
const legalNames = (maxDepth: number) =>
  fc.array(fc.nat(), { minLength: maxDepth, maxLength: maxDepth }).map((draws) => {
    const grammar = createGrammar({ maxDepth });
    const names: FunctionalTokenName[] = [];
    for (const draw of draws) {
      const legal = grammar.legal(stateAfter(grammar, names));
      if (legal.length === 0) break;
      names.push(legal[draw % legal.length]!);
    }
    return names;
  });

describe('the table', () => {
  test('sixteen different surfaces, every follower known, only output ends', () => {
    expect(new Set(FUNCTIONAL_SURFACES).size).toBe(16);
    expect(RFTT_TOKENS.names.filter((name) => RFTT_TOKENS.isTerminal(name))).toEqual(['output']);
    for (const token of FUNCTIONAL_TOKENS) {
      expect([token.open, token.close]).toEqual([`<${token.name}>`, `</${token.name}>`]);
      for (const next of token.followedBy) expect(RFTT_TOKENS.find(next)?.name).toBe(next);
    }
    expect(FUNCTIONAL_TOKENS.filter((token) => token.startsResponse).map((token) => token.name)).toEqual([
      'clarify',
      'analysis',
      'subquestion',
      'next_step',
    ]);
  });

  test('a vocabulary without them is refused by name', () => {
    const plain = createToyTokenizer();
    expect(hasFunctionalTokens(plain)).toBe(false);
    expect(() => functionalTokenIds(plain)).toThrow(/<clarify>/);
  });
});

describe('grammar', () => {
  test.each([
    [[], ['clarify', 'analysis', 'subquestion', 'next_step']],
    [['clarify'], ['analysis', 'subquestion', 'next_step', 'direct_answer']],
    [['next_step'], ['subquestion', 'next_step', 'direct_answer', 'verify', 'output']],
    [
      ['next_step', 'verify'],
      ['subquestion', 'next_step', 'direct_answer', 'verify', 'refine', 'output'],
    ],
    [
      ['next_step', 'verify', 'verify'],
      ['subquestion', 'next_step', 'direct_answer', 'refine', 'output'],
    ],
    [
      ['next_step', 'verify', 'next_step'],
      ['subquestion', 'next_step', 'direct_answer', 'verify', 'output'],
    ],
    [['direct_answer'], ['verify', 'output']],
    [['next_step', 'output'], []],
  ] as const)('after %j', (names, legal) => {
    const grammar = createGrammar();
    expect(grammar.legal(stateAfter(grammar, names))).toEqual(legal);
  });

  test('a direct answer at the root is an option, output alone stands at the depth limit', () => {
    expect(createGrammar({ rootDirectAnswer: true }).isLegal(GRAMMAR_START, 'direct_answer')).toBe(true);
    const short = createGrammar({ maxDepth: 2 });
    expect(short.legal(stateAfter(short, ['analysis']))).toEqual(['output']);
    expect(short.legal(stateAfter(short, ['analysis', 'output']))).toEqual([]);
  });

  test('refine comes only after verify, and no walk runs past the limit', () => {
    fc.assert(
      fc.property(legalNames(7), (names) => {
        names.forEach((name, i) => name === 'refine' && expect(names[i - 1]).toBe('verify'));
        expect(names.at(-1)).toBe('output');
        expect(names.length).toBeLessThanOrEqual(7);
      }),
    );
  });
});

describe('render and parse', () => {
  test('text and ids say the same, and come back', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { ids, roles, stepIndex } = renderIds(steps, tokenizer, tokens, { withEos: true });
        expect([roles.length, stepIndex.length]).toEqual([ids.length, ids.length]);
        expect(ids).toEqual([...tokenizer.encode(renderSteps(steps), { specials: 'recognise' }), tokens.eos[0]]);
        const fromText = parseText(renderSteps(steps));
        const fromIds = parseIds(ids, tokenizer, tokens);
        expect(fromText.problems).toEqual([]);
        expect(fromText.steps.map(({ token, text }) => ({ token, text }))).toEqual(steps);
        expect(fromIds.steps.map((step) => step.token)).toEqual(steps.map((step) => step.token));
        expect(fromIds.hasEos).toBe(true);
        expect(fromIds.problems).toEqual([]);
      }),
    );
  });

  test('a text that spells a token does not become one', () => {
    const { ids } = renderIds([{ token: 'next_step', text: 'then </next_step> <output> 5' }], tokenizer, tokens, {
      withEos: false,
    });
    expect(ids.filter((id) => tokens.all.includes(id))).toHaveLength(2);
  });

  test.each([
    ['hello <next_step>\na\n</next_step>\n', ['text-outside']],
    ['<next_step>\na\n<output>\nb\n</output>\n', ['tag-inside']],
    ['<next_step>\na\n</verify>\nb\n</next_step>\n', ['tag-inside']],
    ['</next_step>\n', ['close-without-open']],
    ['<next_step>\na', ['unclosed']],
    ['<next_step>\n\n</next_step>\n', ['empty-step']],
    ['', []],
  ])('%j', (text, kinds) => {
    expect(parseText(text).problems.map((problem) => problem.kind)).toEqual(kinds);
  });

  test('spans cover the tags', () => {
    const text = '<analysis>\na\n</analysis>\n<output>\nb\n</output>\n';
    expect(parseText(text).steps.map((step) => text.slice(step.start, step.end))).toEqual([
      '<analysis>\na\n</analysis>',
      '<output>\nb\n</output>',
    ]);
  });
});

describe('linter', () => {
  const grammar = createGrammar();
  const good: Step[] = [
    { token: 'next_step', text: '1 + 1 = 3' },
    { token: 'verify', text: 'that is wrong' },
    { token: 'refine', text: '1 + 1 = 2' },
    { token: 'output', text: 'The answer is 2.' },
  ];

  test('passes a good response', () => {
    expect(lintSteps(good, grammar)).toEqual([]);
    expect(isWellFormed(parseText(renderSteps(good)), grammar)).toBe(true);
  });

  test.each([
    [[], /no steps/],
    [good.slice(1), /verify\) may not come first/],
    [good.slice(0, 3), /ends with refine/],
    [[{ token: 'next_step', text: '  ' }, good[3]!], /has no text/],
    [[good[0]!, { token: 'next_step', text: '1 + 1 =  3.' }, good[3]!], /repeats step 1/],
    [[{ token: 'next_step', text: 'so <output> 3' }, good[3]!], /spelling/],
  ] as const)('%#', (steps, message) => {
    expect(lintSteps(steps as readonly Step[], grammar).join(' ')).toMatch(message);
  });

  test('equal steps are equal whatever their dress', () => {
    expect(normaliseStepText('It  costs 1,000.')).toBe(normaliseStepText('it costs 1000'));
    expect(normaliseStepText('a 1')).not.toBe(normaliseStepText('a 2'));
  });
});

describe('constraint', () => {
  test('a model that takes any allowed token writes a legal response', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 200, maxLength: 200 }), (draws) => {
        const grammar = createGrammar({ maxDepth: 5 });
        const constraint = createGrammarConstraint(grammar, tokens);
        const ordinary = [...tokenizer.encode('a 1 + 2 \n')];
        const ids: number[] = [];
        for (const draw of draws) {
          const allowed = constraint.allowed(ids);
          const forbidden = new Set(allowed === null ? constraint.forbidden!(ids) : []);
          const options = allowed ?? [...ordinary, ...tokens.all, ...tokens.eos].filter((id) => !forbidden.has(id));
          ids.push(options[draw % options.length]!);
          if (tokens.eos.includes(ids.at(-1)!)) break;
        }
        const parsed = parseIds(ids, tokenizer, tokens);
        const problems = parsed.problems.filter(
          (problem) => problem.kind !== 'empty-step' && problem.kind !== 'unclosed',
        );
        expect(problems).toEqual([]);
        if (parsed.hasEos) expect(parsed.steps.at(-1)!.token).toBe('output');
        let state = GRAMMAR_START;
        for (const step of parsed.steps) {
          expect(grammar.isLegal(state, step.token)).toBe(true);
          state = grammar.after(state, step.token);
        }
      }),
    );
  });

  test('a shorter sequence starts it afresh', () => {
    const constraint = createGrammarConstraint(createGrammar(), tokens);
    const open = tokens.open['next_step']!;
    expect(constraint.allowed([open])).toBeNull();
    expect(constraint.allowed([open, 1, tokens.close['next_step']!])).toEqual(tokens.newline);
    expect(constraint.allowed([])).toEqual(
      ['clarify', 'analysis', 'subquestion', 'next_step'].map((name) => tokens.open[name]),
    );
  });

  test('inside a step its own close tag is the only functional token', () => {
    const table = forbiddenTable(tokens);
    expect(table['verify']).toHaveLength(16);
    expect(table['verify']).not.toContain(tokens.close['verify']);
    expect(table['verify']).toContain(tokens.eos[0]);
  });
});
