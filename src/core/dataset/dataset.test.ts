import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NEVER_CANCELLED } from '../ports';
import { parsePromptSet } from '../prompts/prompt-set';
import { createRng } from '../random/rng';
import { createPromptedExpander } from '../search/expanders/prompted';
import { growTree } from '../search/mcts';
import { SearchConfigSchema } from '../search/search-config';
import type { SearchTree } from '../search/tree';
import { treeFromRows, treeRows } from '../search/tree-rows';
import { answerVerifier } from '../tasks/verifier';
import { FOUR_TOKENS } from '../testing/own-tokens';
import { createToyModel, toyArithmetic, toyQuestion, type ToySkill } from '../testing/toy-arithmetic';
import { createToyGenerator } from '../testing/toy-generator';
import { createToyTokenizer } from '../testing/toy-tokenizer';
import { renderSteps } from '../tokens/render';
import { declareTokenSet, functionalTokenIds } from '../tokens/token-ids';
import { compileTokenSet } from '../tokens/token-set';
import { findErrorClasses } from './error-classes';
import { readResponse } from './layouts/response';
import { balanceExamples } from './balance';
import { overlap, refuseCheck, refuseConfirmation } from './check-text';
import { createContaminationIndex } from './contamination';
import type { DraftExample } from './example';
import { exampleProblems } from './example-problems';
import { addRejections, examplesOfTree, type RejectionCounts } from './examples-of-tree';
import { ExamplesConfigSchema, type ExamplesConfig } from './examples-config';
import { selectPaths } from './select-paths';
import { exampleRow, plainRow } from './to-rows';

const load = (name: string) =>
  parsePromptSet(
    Object.fromEntries(
      readdirSync(`resources/prompts/${name}`).map((file) => [
        file,
        readFileSync(`resources/prompts/${name}/${file}`, 'utf8'),
      ]),
    ),
  );
const WORKBOOK = load('workbook');
const INSTRUCT = load('instruct');

async function grow(seed: number, skill?: ToySkill, lazySiblings = true): Promise<SearchTree> {
  const { tokenizer, generator } = createToyModel(skill);
  const config = SearchConfigSchema.parse({ maxDepth: 7, numSimulations: 24, children: 'narrow', lazySiblings });
  const expander = createPromptedExpander({ generator, tokenizer, prompts: WORKBOOK, config });
  return growTree(toyQuestion(seed + 5, 3, 4), { config, expander, verifier: answerVerifier, rng: createRng(seed) });
}

async function build(trees: readonly SearchTree[], options: Partial<ExamplesConfig> = {}, skill?: ToySkill) {
  const config = ExamplesConfigSchema.parse({ wrongTailScope: 'step', verifyMinOverlap: 0.1, ...options });
  const context = { ...createToyModel(skill), prompts: WORKBOOK, config, cancel: NEVER_CANCELLED };
  let rejections: RejectionCounts = {};
  const examples: DraftExample[] = [];
  for (const tree of trees) {
    const result = await examplesOfTree(tree, context, createRng(1).fork(tree.question.id));
    examples.push(...result.examples);
    rejections = addRejections(rejections, result.rejections);
  }
  return { examples, rejections, config };
}

let trees: SearchTree[];
beforeAll(async () => {
  trees = await Promise.all(Array.from({ length: 24 }, (_, seed) => grow(seed)));
});

test('a step that was written but never walked is a wrong turn where one step is enough, if it is of the same kind', async () => {
  const written = await Promise.all(Array.from({ length: 12 }, (_, seed) => grow(seed, undefined, false)));
  const turnsWith = (wrongTailScope: ExamplesConfig['wrongTailScope']) =>
    written.flatMap((tree) =>
      selectPaths(tree, ExamplesConfigSchema.parse({ wrongTailScope, minSharedSteps: 0 })).flatMap(({ path, turns }) =>
        turns.map(({ position, nodes }) => ({ tree, right: path.nodes[position]!, wrong: nodes[0]! })),
      ),
    );
  const unwalked = turnsWith('step').filter(({ tree, wrong }) => tree.visits[wrong] === 0);
  expect(unwalked.length).toBeGreaterThan(0);
  for (const { tree, right, wrong } of unwalked) expect(tree.kind[wrong]).toBe(tree.kind[right]);
  expect(turnsWith('tail').every(({ tree, wrong }) => tree.visits[wrong]! > 0)).toBe(true);
});

describe.each(['ours', 'paper', 'code', 'contrast'] as const)('selection %s', (selection) => {
  const options = { selection, maxTreeDistance: 12, minSharedSteps: 0 };

  test('takes right paths and wrong turns that leave them', () => {
    const config = ExamplesConfigSchema.parse({ ...options, wrongTailScope: 'tail' });
    const selected = trees.flatMap((tree) => selectPaths(tree, config).map((each) => ({ tree, ...each })));
    expect(selected.length).toBeGreaterThan(5);
    expect(selected.some((each) => each.turns.length > 0)).toBe(true);
    for (const { tree, path, turns } of selected) {
      expect(tree.isRight[path.leaf]).toBe(true);
      for (const { position, nodes } of turns) {
        const rightNode = path.nodes[position]!;
        expect(nodes[0]).not.toBe(rightNode);
        expect(tree.parent[nodes[0]!]).toBe(tree.parent[rightNode]);
        nodes.slice(1).forEach((node, i) => expect(tree.parent[node]).toBe(nodes[i]));
        expect(tree.isRight[nodes.at(-1)!]).toBe(false);
      }
    }
  });

  test('every example is a legal response that ends with the right answer', async () => {
    const { examples } = await build(trees, options);
    expect(examples.some((example) => example.kind === 'merged')).toBe(true);
    for (const example of examples) {
      expect(exampleProblems(example)).toEqual([]);
      const last = example.steps.at(-1)!;
      expect(last.token).toBe('output');
      expect(answerVerifier.verify(last.text, example.referenceAnswer).isRight).toBe(true);
      expect(example.steps.filter((step) => step.role === 'output')).toHaveLength(1);
    }
  });

  test('a merged example goes wrong, checks, corrects', async () => {
    const { examples, config } = await build(trees, options);
    for (const example of examples.filter((each) => each.kind === 'merged')) {
      const roles = example.steps.map((step) => step.role);
      const wrong = roles.indexOf('wrong');
      expect(wrong).toBeGreaterThanOrEqual(0);
      const check = roles.indexOf('verify', wrong);
      expect(roles.slice(wrong, check).every((role) => role === 'wrong')).toBe(true);
      expect(example.steps[check]!.text).toContain('That is wrong');
      expect(roles[check + 1]).toBe('refine');
      expect(WORKBOOK.statesOnlyAnswer(example.steps[check + 1]!.text)).toBe(false);
      expect(
        example.steps.filter((step) => step.role === 'wrong').every((step) => step.isTrained === !config.maskWrongTail),
      ).toBe(true);
    }
  });
});

test('steps written again make up for wrong turns that the tree lacks', async () => {
  const skilled = { step: 0.6, direct: 0.3, check: 1 };
  const easy = await Promise.all(Array.from({ length: 12 }, (_, seed) => grow(seed, { ...skilled, step: 1 })));
  const without = await build(easy, { rewrites: 0, minSharedSteps: 0 }, skilled);
  const with2 = await build(easy, { rewrites: 2, minSharedSteps: 0 }, skilled);
  expect(without.examples.filter((example) => example.kind === 'merged')).toHaveLength(0);
  const merged = with2.examples.filter((example) => example.kind === 'merged');
  expect(merged.length).toBeGreaterThan(8);
  for (const example of merged) {
    expect(exampleProblems(example)).toEqual([]);
    for (const step of example.steps.filter((each) => each.role === 'wrong')) {
      expect(step.nodeIndex).toBeNull();
      const [a, b, c] = step.text.match(/\d+/g)!.map(Number);
      expect(a! + b!).not.toBe(c);
    }
  }
});

test('a stored tree gives the same examples as a fresh one', async () => {
  const stored = trees.map((tree) => treeFromRows(tree.question, treeRows(tree), tree.simulations));
  expect((await build(stored)).examples).toEqual((await build(trees)).examples);
});

describe('fewer kinds of steps', () => {
  // Walks avoid direct answers, so there are none in these paths.
  const kindsOf = (examples: readonly DraftExample[]) =>
    new Set(examples.flatMap(({ steps }) => steps.map(({ token }) => token)));

  test('without planning: paths keep their work, checks stay', async () => {
    const { examples } = await build(trees, { stepKinds: 'work', minSharedSteps: 0 });
    expect([...kindsOf(examples)].toSorted()).toEqual(['next_step', 'output', 'refine', 'verify']);
    expect(examples.some(({ kind }) => kind === 'merged')).toBe(true);
    for (const example of examples) expect(exampleProblems(example)).toEqual([]);
  });

  test('steps alone: nothing is checked', async () => {
    const { examples } = await build(trees, { stepKinds: 'steps', minSharedSteps: 0 });
    expect([...kindsOf(examples)].toSorted()).toEqual(['next_step', 'output']);
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.every(({ kind }) => kind === 'clean')).toBe(true);
    for (const example of examples) expect(exampleProblems(example)).toEqual([]);
  });
});

test('what is left out is counted by reason', async () => {
  const hopeless = await grow(3, { step: 0, direct: 0, check: 1 });
  const easy = await grow(3, { step: 1, direct: 1, check: 1 });
  expect((await build([hopeless])).rejections).toEqual({ 'no-right-path': 1 });
  expect((await build([easy])).rejections['no-wrong-path']).toBe(1);
  const blind = await build(trees, { verifyTries: 2, rewrites: 0 }, { step: 1, direct: 1, check: 0 });
  expect(blind.rejections['check-finds-it-right']).toBeGreaterThan(2);
  expect(blind.rejections['no-check-accepted']).toBeGreaterThan(0);
  expect(blind.examples.every((example) => example.kind !== 'merged')).toBe(true);
  expect((await build(trees, { maxTokens: 40 })).rejections['too-many-tokens']).toBeGreaterThan(2);
});

describe('balance', () => {
  test('keeps the shares and drops duplicates', async () => {
    const { examples } = await build(trees);
    const merged = examples.filter((example) => example.kind === 'merged').length;
    const half = balanceExamples([...examples, ...examples], { cleanShare: 0.5, confirmedShare: 0.5 }, createRng(1));
    const clean = half.examples.filter((example) => example.kind !== 'merged');
    expect(half.duplicates).toBe(examples.length);
    expect(half.examples.length - clean.length).toBe(merged);
    expect(clean.length).toBeLessThanOrEqual(merged);
    expect(clean.length).toBeGreaterThan(0.6 * merged);
    const paths = clean.map((example) => JSON.stringify([example.questionId, example.nodePath]));
    expect(new Set(paths).size).toBe(paths.length);
    expect(
      balanceExamples(examples, { cleanShare: 0, confirmedShare: 0 }, createRng(1)).examples.every(
        (example) => example.kind === 'merged',
      ),
    ).toBe(true);
  });

  test('without merged examples all clean paths stay', async () => {
    const { examples } = await build(trees);
    const clean = examples.filter((example) => example.kind === 'clean');
    expect(balanceExamples(clean, { cleanShare: 0.1, confirmedShare: 0.5 }, createRng(1)).examples).toHaveLength(
      clean.length,
    );
  });
});

test('a row teaches the response, and of a wrong turn only that it begins', async () => {
  const { examples } = await build(trees);
  const { tokenizer } = createToyModel();
  const tokens = functionalTokenIds(tokenizer);
  const merged = examples.find((example) => example.kind === 'merged')!;
  const row = exampleRow(merged.prompt, merged.steps, tokenizer, tokens);
  expect(row.weights.slice(0, row.promptLength).every((weight) => weight === 0)).toBe(true);
  expect(row.ids.at(-1)).toBe(tokens.eos[0]);
  expect(row.weights.at(-1)).toBe(1);
  const taught = tokenizer.decode([...row.ids].filter((_id, i) => row.weights[i] === 1));
  const wrong = merged.steps.find((step) => step.role === 'wrong')!;
  const opens = merged.steps.length;
  expect([...row.ids].filter((id, i) => row.functional[i] === 1 && tokens.opens.has(id))).toHaveLength(opens);
  expect([...row.ids].filter((id, i) => row.functional[i] === 1 && tokens.closes.has(id))).toHaveLength(opens - 1);
  expect(taught).not.toContain(wrong.text);
  const all = exampleRow(
    merged.prompt,
    merged.steps.map((step) => ({ ...step, isTrained: true })),
    tokenizer,
    tokens,
  );
  expect([...all.weights].filter((weight) => weight === 1)).toHaveLength(all.ids.length - all.promptLength);
  expect(tokenizer.decode([...all.ids])).toContain(wrong.text);
  expect(() => exampleRow('q', [], tokenizer, tokens)).toThrow(/without steps/);
});

describe('checks', () => {
  const config = { verifyMinOverlap: 0.2 };
  const facts = { isTruncated: false, wrongText: '3 * 4 = 13 apples', referenceAnswer: '25' };
  test.each([
    ['The step "3 * 4 = 13" is wrong.', INSTRUCT, null],
    ['', INSTRUCT, 'empty'],
    [`wrong ${'word '.repeat(220)}`, INSTRUCT, 'too-long'],
    ['The step "3 * 4 = 13" is wrong, the answer is 25.', INSTRUCT, 'gives-answer'],
    ['The multiplication should have been an addition of pears.', INSTRUCT, 'off-the-mistake'],
    ['The step 3 * 4 = 13 is correct.', INSTRUCT, 'finds-it-right'],
    ['3 * 4 : have 13 , find 12 . That is wrong .', WORKBOOK, null],
    ['3 * 4 : have 13 , find 25 . That is wrong .', WORKBOOK, null],
    ['3 * 4 : have 13 , find 12 .', WORKBOOK, 'no-verdict'],
    ['have 13 , find 12 . That is wrong .', WORKBOOK, null],
  ] as const)('%s', (text, prompts, expected) => {
    expect(refuseCheck({ ...facts, text }, prompts, config)).toBe(expected);
  });

  test('a cut check is refused, a confirmation has to approve', () => {
    expect(refuseCheck({ ...facts, text: '3 * 4 = 13 is wrong', isTruncated: true }, INSTRUCT, config)).toBe('cut');
    expect(refuseConfirmation({ text: 'That is right .', isTruncated: false }, WORKBOOK)).toBeNull();
    expect(refuseConfirmation({ text: 'That is wrong .', isTruncated: false }, WORKBOOK)).toBe('finds-it-wrong');
    expect(refuseConfirmation({ text: 'Hm .', isTruncated: false }, WORKBOOK)).toBe('no-verdict');
    expect(overlap('', 'x')).toBe(0);
  });
});

test('contamination finds shared runs of words, whatever the signs between them', () => {
  const index = createContaminationIndex(['Ida has 37 pens. Then she collects 66 more.', 'Short one?'], 5);
  expect(index.sharedRun('Bob and Ida has 37 pens, then nothing')).toBe('ida has 37 pens then');
  expect(index.sharedRun('Ida has 38 pens. Then he collects 66 more.')).toBeNull();
  expect(index.sharedRun('short ONE')).toBe('short one');
  expect(createContaminationIndex(['a b c d e f'], 0).sharedRun('a b c d e f')).toBeNull();
});

describe('for comparison', () => {
  test('right paths come as they were found, and no check is asked for', async () => {
    const { examples, rejections } = await build(trees, { content: 'right-paths' });
    expect(examples.length).toBeGreaterThan(5);
    expect(examples.every((example) => example.kind === 'clean')).toBe(true);
    expect(examples.flatMap((example) => example.steps).some((step) => step.token === 'verify')).toBe(false);
    expect(Object.keys(rejections).filter((reason) => reason.startsWith('check'))).toEqual([]);
  });

  test('answers alone stand for every question, solved or not', async () => {
    const hopeless = await grow(3, { step: 0, direct: 0, check: 1 });
    const { examples } = await build([hopeless, trees[0]!], { content: 'answers' });
    expect(examples).toHaveLength(2);
    for (const example of examples) {
      expect(exampleProblems(example)).toEqual([]);
      expect(answerVerifier.verify(example.steps.at(-1)!.text, example.referenceAnswer).isRight).toBe(true);
    }
  });

  test('a plain row has no functional token, and says the answer once', async () => {
    const { tokenizer } = createToyModel();
    const tokens = functionalTokenIds(tokenizer);
    const { examples } = await build(trees, { content: 'answers' });
    const example = examples[0]!;
    const row = plainRow(example.prompt, example.steps, tokenizer);
    expect([...row.ids].filter((id) => tokens.all.includes(id))).toEqual([]);
    const written = tokenizer.decode([...row.ids].filter((_id, i) => row.weights[i] === 1));
    expect(written.match(/The answer is/g)).toHaveLength(1);
    expect(row.ids.at(-1)).toBe(tokenizer.eosIds[0]);
    expect(row.weights.slice(0, row.promptLength).every((weight) => weight === 0)).toBe(true);
    expect(() => plainRow('q', [], tokenizer)).toThrow(/without steps/);
  });

  test('of a wrong turn a plain row teaches nothing', async () => {
    const { tokenizer } = createToyModel();
    const { examples } = await build(trees);
    const merged = examples.find((example) => example.kind === 'merged')!;
    const row = plainRow(merged.prompt, merged.steps, tokenizer);
    const taught = tokenizer.decode([...row.ids].filter((_id, i) => row.weights[i] === 1));
    const wrong = merged.steps.find((step) => step.role === 'wrong')!;
    expect(tokenizer.decode([...row.ids])).toContain(wrong.text);
    expect(taught).not.toContain(wrong.text);
  });
});

test('tokens of one’s own: trees, merged examples and their form follow the set', async () => {
  const set = compileTokenSet(FOUR_TOKENS);
  const skill: ToySkill = { step: 0.6, direct: 0.3, check: 0.9 };
  const tokenizer = declareTokenSet(createToyTokenizer(set.surfaces), set);
  const generator = createToyGenerator(tokenizer, toyArithmetic(skill));
  const search = SearchConfigSchema.parse({ maxDepth: 7, numSimulations: 24, children: 'narrow' });
  const expander = createPromptedExpander({ generator, tokenizer, prompts: WORKBOOK, config: search });
  const config = ExamplesConfigSchema.parse({ wrongTailScope: 'step', verifyMinOverlap: 0.1, minSharedSteps: 0 });
  const examples: DraftExample[] = [];
  for (let seed = 0; seed < 12; seed++) {
    const question = toyQuestion(seed + 5, 3, 4);
    const rng = createRng(seed);
    const tree = await growTree(question, { config: search, expander, verifier: answerVerifier, rng });
    // The only step that a prompt can write here; a whole answer is no token of the set.
    expect(new Set(tree.kind.slice(1))).toEqual(new Set(['calculate']));
    const context = { tokenizer, generator, prompts: WORKBOOK, config, cancel: NEVER_CANCELLED };
    examples.push(...(await examplesOfTree(tree, context, rng.fork('examples'))).examples);
  }
  const merged = examples.filter(({ kind }) => kind === 'merged');
  expect(merged.length).toBeGreaterThan(0);
  for (const example of examples) {
    expect(exampleProblems(example, set)).toEqual([]);
    expect(exampleProblems(example).join(' ')).toMatch(/may not come/);
    expect(findErrorClasses({ ...example, tokenCount: 9 }, set)).toEqual([]);
    expect(example.steps.at(-1)?.token).toBe('answer');
  }
  const mended = merged[0]!.steps.map(({ token }) => token).join(' ');
  expect(mended).toMatch(/calculate check mend/);
  const row = exampleRow(merged[0]!.prompt, merged[0]!.steps, tokenizer, functionalTokenIds(tokenizer));
  expect(tokenizer.decode(row.ids)).toContain('[work]');
  expect(readResponse(renderSteps(merged[0]!.steps, set), set)).toMatchObject({
    steps: merged[0]!.steps.map(({ token, text }) => ({ token, text })),
  });
});
