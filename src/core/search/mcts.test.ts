import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../errors';
import type { Generator } from '../generation/generator';
import { parsePromptSet } from '../prompts/prompt-set';
import { createRng } from '../random/rng';
import { answerVerifier } from '../tasks/verifier';
import { createToyModel, toyQuestion, type ToySkill } from '../testing/toy-arithmetic';
import { createGrammar, stateAfter } from '../tokens/grammar';
import { parseIds } from '../tokens/parse';
import { functionalTokenIds } from '../tokens/token-ids';
import type { FunctionalTokenName } from '../tokens/functional-tokens';
import { gumbelNoise, gumbelOrder } from './expand';
import { createPromptedExpander } from './expanders/prompted';
import { createSampledExpander } from './expanders/sampled';
import { growTree } from './mcts';
import { SearchConfigSchema, type SearchConfig } from './search-config';
import { scoreChildren, selectChild } from './select';
import { SavedSearch } from './saved-search';
import { leaves, pathIds, pathTo, ROOT_INDEX, treeDistance, treeFigures, type SearchTree } from './tree';
import { treeFromRows, treeRows } from './tree-rows';

const WORKBOOK = parsePromptSet(
  Object.fromEntries(
    readdirSync('resources/prompts/workbook').map((file) => [
      file,
      readFileSync(`resources/prompts/workbook/${file}`, 'utf8'),
    ]),
  ),
);

function prompted(options: Partial<SearchConfig> = {}, seed = 1, skill?: ToySkill) {
  const { tokenizer, generator } = createToyModel(skill);
  const config = SearchConfigSchema.parse({ maxDepth: 8, ...options });
  const expander = createPromptedExpander({ generator, tokenizer, prompts: WORKBOOK, config });
  return { config, expander, verifier: answerVerifier, rng: createRng(seed), generator, tokenizer };
}

function sampled(options: Partial<SearchConfig> = {}, seed = 1, skill?: ToySkill) {
  const { tokenizer, generator } = createToyModel(skill);
  const config = SearchConfigSchema.parse({
    expander: 'sampled',
    maxDepth: 8,
    rootDirectAnswer: false,
    avoidDirectAnswer: false,
    ...options,
  });
  const tokens = functionalTokenIds(tokenizer);
  const grammar = createGrammar({ maxDepth: config.maxDepth });
  const expander = createSampledExpander({ generator, tokenizer, tokens, grammar, config });
  return { config, expander, verifier: answerVerifier, rng: createRng(seed), generator, tokenizer, tokens, grammar };
}

const QUESTION = toyQuestion(5, 3, 4);
const signature = (tree: SearchTree) => JSON.stringify([treeRows(tree), tree.simulations]);

/** What every tree must satisfy, whatever grew it. */
function checkTree(tree: SearchTree, config: SearchConfig): void {
  expect(tree.simulations.length).toBeLessThanOrEqual(config.numSimulations);
  const visits = tree.parent.map(() => 0);
  const values = tree.parent.map(() => 0);
  for (const { path, value } of tree.simulations) {
    expect(tree.isTerminal[path.at(-1)!]).toBe(true);
    expect(path).toEqual(pathTo(tree, path.at(-1)!));
    for (const node of path) {
      visits[node]!++;
      values[node]! += value;
    }
  }
  expect(tree.visits).toEqual(visits);
  tree.valueSum.forEach((sum, node) => expect(sum).toBeCloseTo(values[node]!, 10));
  tree.parent.forEach((parent, node) => {
    if (node === ROOT_INDEX) return;
    expect(parent).toBeLessThan(node);
    expect(tree.depth[node]).toBe(tree.depth[parent]! + 1);
    expect(tree.depth[node]!).toBeLessThanOrEqual(config.maxDepth);
    if (tree.isTruncated[node]) expect(tree.isRight[node]).toBe(false);
  });
}

describe('prompted search', () => {
  test('solves the toy questions and keeps its books', async () => {
    const context = prompted();
    const tree = await growTree(QUESTION, context);
    checkTree(tree, context.config);
    expect(tree.simulations).toHaveLength(16);
    expect(treeFigures(tree).isSolved).toBe(true);
    expect(treeFigures(tree).wrongLeaves).toBeGreaterThan(0);
    expect(tree.kind.slice(1).every((kind) => kind !== 'verify' && kind !== 'refine' && kind !== 'output')).toBe(true);
  });

  test('writes only the chosen child when siblings are lazy', async () => {
    const lazy = prompted();
    const eager = prompted({ lazySiblings: false });
    const lazyTree = await growTree(QUESTION, lazy);
    const eagerTree = await growTree(QUESTION, eager);
    checkTree(eagerTree, eager.config);
    // One text for each node, and one for each duplicate that was merged.
    expect(lazy.generator.requests.length).toBeGreaterThanOrEqual(lazyTree.parent.length - 1);
    expect(lazyTree.visits.every((visits) => visits > 0)).toBe(true);
    expect(eager.generator.requests.length).toBeGreaterThan(2 * lazy.generator.requests.length);
    expect(eagerTree.children[ROOT_INDEX]!.length).toBeGreaterThan(4);
  });

  test('takes a direct answer only where nothing else is left', async () => {
    const tree = await growTree(QUESTION, prompted());
    for (const leaf of leaves(tree)) if (tree.kind[leaf] === 'direct_answer') expect(tree.depth[leaf]).toBe(8);
    const free = await growTree(QUESTION, prompted({ avoidDirectAnswer: false }));
    expect(leaves(free).some((leaf) => free.kind[leaf] === 'direct_answer' && free.depth[leaf]! < 8)).toBe(true);
  });

  test('ends early when everything is known', async () => {
    const context = prompted({ maxDepth: 2, numSimulations: 500, avoidDirectAnswer: false });
    const tree = await growTree(toyQuestion(5), context);
    expect(tree.isExhausted[ROOT_INDEX]).toBe(true);
    expect(tree.simulations.length).toBeLessThan(500);
    checkTree(tree, context.config);
  });

  test('stops when asked to', async () => {
    const context = prompted();
    const cancel = {
      aborted: true,
      throwIfAborted: () => {
        throw new CancelledError();
      },
    };
    await expect(growTree(QUESTION, { ...context, cancel })).rejects.toThrow(CancelledError);
  });
});

describe('sampled search', () => {
  test('every path is legal, its ids are what was sampled, and its log-probabilities are recorded', async () => {
    const context = sampled({ numSimulations: 24 });
    const tree = await growTree(QUESTION, context);
    checkTree(tree, context.config);
    expect(treeFigures(tree).isSolved).toBe(true);
    for (const leaf of leaves(tree)) {
      const path = pathTo(tree, leaf).slice(1);
      const names = path.map((node) => tree.kind[node] as FunctionalTokenName);
      names.forEach((name, i) =>
        expect(context.grammar.isLegal(stateAfter(context.grammar, names.slice(0, i)), name)).toBe(true),
      );
      const parsed = parseIds(
        path.flatMap((node) => [...tree.ids[node]!]),
        context.tokenizer,
        context.tokens,
      );
      expect(parsed.problems).toEqual([]);
      expect(parsed.steps.map((step) => step.text)).toEqual(path.map((node) => tree.text[node]));
    }
    tree.ids.forEach((ids, node) => {
      expect(tree.logProbs[node]).toHaveLength(ids.length);
      expect(tree.origin[node]).toHaveLength(ids.length);
      if (node !== ROOT_INDEX) expect(tree.origin[node]!.filter((origin) => origin === 'chosen')).toHaveLength(1);
    });
  });

  test('a finished leaf is never walked to again', async () => {
    const tree = await growTree(QUESTION, sampled({ numSimulations: 40 }));
    const ends = tree.simulations.map(({ path }) => path.at(-1)!);
    expect(new Set(ends).size).toBe(ends.length);
  });

  test('the most probable token comes first where that is asked for, and nothing is said of a draw', async () => {
    const context = sampled({ slotOrder: 'probable', numSimulations: 30 });
    const tree = await growTree(QUESTION, context);
    for (const children of tree.children) {
      const priors = children.map((child) => tree.prior[child]!);
      expect(priors).toEqual(priors.toSorted((a, b) => b - a));
    }
    expect(tree.logQ.every((logQ) => logQ === null)).toBe(true);
  });

  test('unlikely tokens are left out, but never all of them', async () => {
    const tree = await growTree(QUESTION, sampled({ minPrior: 0.3 }));
    tree.prior.slice(1).forEach((prior) => expect(prior!).toBeGreaterThanOrEqual(0.3));
    const only = await growTree(QUESTION, sampled({ minPrior: 0.5, maxDepth: 4 }));
    expect(only.simulations.length).toBeGreaterThan(0);
  });

  test('a path never outgrows the context, and is cut where no answer would fit', async () => {
    const context = sampled({ numSimulations: 30, maxDepth: 12 });
    const maxContext = 60;
    const expander = createSampledExpander({ ...context, maxContext });
    const tree = await growTree(toyQuestion(5, 1, 2, 3, 4), { ...context, expander });
    for (const node of tree.parent.keys()) expect(pathIds(tree, node).length).toBeLessThanOrEqual(maxContext);
    expect(leaves(tree).some((leaf) => tree.isTruncated[leaf])).toBe(true);
    for (const request of context.generator.requests) expect(request.prefixIds.length).toBeLessThan(maxContext);
  });

  test('a step without a close tag is cut and counts as wrong', async () => {
    const tree = await growTree(QUESTION, sampled({ maxStepTokens: 4 }));
    const cut = leaves(tree);
    expect(cut.length).toBeGreaterThan(0);
    for (const leaf of cut)
      if (tree.kind[leaf] === 'next_step') expect([tree.isTruncated[leaf], tree.isRight[leaf]]).toEqual([true, false]);
  });
});

describe('where unfinished paths have values', () => {
  /** Likes what is long. */
  const promise = (tree: SearchTree, node: number) => 1 - 1 / (1 + tree.text[node]!.length);

  test.each([1, 3])(
    'each walk writes one step, is worth what is said of it, and turns back (%d at once)',
    async (n) => {
      const context = prompted({
        concurrentWalks: n,
        numSimulations: 40,
        stepValues: 'judge',
        avoidDirectAnswer: false,
      });
      const asked: number[] = [];
      const stepValue = (tree: SearchTree, node: number) => {
        expect(tree.isTerminal[node]).toBe(false);
        asked.push(node);
        return Promise.resolve(promise(tree, node));
      };
      const tree = await growTree(QUESTION, { ...context, stepValue });
      expect(tree.simulations).toHaveLength(40);
      const open = tree.simulations.filter(({ path }) => !tree.isTerminal[path.at(-1)!]);
      expect(open.length).toBeGreaterThan(10);
      expect(tree.simulations.length).toBeGreaterThan(open.length);
      for (const { path, value } of open) expect(value).toBe(promise(tree, path.at(-1)!));
      // No unfinished step is asked about twice, but for walks that stand on it in the same round.
      expect(new Set(asked).size).toBeGreaterThan(asked.length / 2);
      if (n === 1) expect(new Set(asked).size).toBe(asked.length);
      // Steps are written once each; without rollouts there is at most one for a walk.
      expect(tree.parent.length - 1).toBeLessThanOrEqual(40);
      const visits = tree.parent.map(() => 0);
      for (const { path } of tree.simulations) for (const node of path) visits[node]! += 1;
      expect(tree.visits).toEqual(visits);
    },
  );

  test('values lead the walks: branches that are worth more are walked more', async () => {
    const grown = async (likes: string) => {
      const context = prompted({ numSimulations: 60, explorationWeight: 0.3, stepValues: 'judge' });
      const stepValue = (tree: SearchTree, node: number) =>
        Promise.resolve(Number(pathTo(tree, node).some((each) => tree.kind[each] === likes)));
      const tree = await growTree(QUESTION, { ...context, stepValue });
      const below = tree.children[ROOT_INDEX]!.filter((child) => tree.kind[child] === likes);
      return below.reduce((sum, child) => sum + tree.visits[child]!, 0) / 60;
    };
    expect(await grown('clarify')).toBeGreaterThan(0.6);
    expect(await grown('analysis')).toBeGreaterThan(0.6);
  });

  test('goes on after a kill as if nothing had happened', async () => {
    const options = { numSimulations: 24, stepValues: 'judge' as const };
    const stepValue = (tree: SearchTree, node: number) => Promise.resolve(promise(tree, node));
    const whole = await growTree(QUESTION, { ...prompted(options), stepValue });
    let saved: SavedSearch | null = null;
    await growTree(QUESTION, {
      ...prompted(options),
      stepValue,
      betweenRounds: (save) => {
        saved = SavedSearch.parse(JSON.parse(JSON.stringify(save())));
        return saved.startedWalks < 9;
      },
    });
    const rest = await growTree(QUESTION, { ...prompted(options), stepValue, saved: saved! });
    expect(signature(rest)).toBe(signature(whole));
  });

  test('a value of a finished leaf may take its time', async () => {
    const quick = await growTree(QUESTION, { ...prompted(), leafValue: () => 0.25 });
    const slow = await growTree(QUESTION, {
      ...prompted(),
      leafValue: () => new Promise((resolve) => setTimeout(() => resolve(0.25), 1)),
    });
    expect(signature(slow)).toBe(signature(quick));
  });
});

describe('both', () => {
  const grow = { prompted, sampled };

  test.each(['prompted', 'sampled'] as const)(
    '%s: the same seed gives the same tree, however requests are delayed',
    async (kind) => {
      for (const concurrentWalks of [1, 4]) {
        const plain = await growTree(QUESTION, grow[kind]({ concurrentWalks }, 7));
        const context = grow[kind]({ concurrentWalks }, 7);
        const generate = context.generator.generate.bind(context.generator);
        let turn = 0;
        context.generator.generate = async (request) => {
          const result = await generate(request);
          for (let wait = (turn++ * 7) % 5; wait > 0; wait--) await Promise.resolve();
          return result;
        };
        expect(signature(await growTree(QUESTION, context))).toBe(signature(plain));
        expect(signature(await growTree(QUESTION, grow[kind]({ concurrentWalks }, 8)))).not.toBe(signature(plain));
      }
    },
  );

  test.each(['prompted', 'sampled'] as const)(
    '%s: stopped after any round and taken up from plain data, the tree comes out the same',
    async (kind) => {
      const options = { numSimulations: 9, concurrentWalks: 2, lazySiblings: kind === 'sampled' };
      const context = grow[kind](options, 5);
      const whole = await growTree(QUESTION, context);
      for (let rounds = 1; rounds < 5; rounds++) {
        let text = '';
        let left = rounds;
        const cut = await growTree(QUESTION, {
          ...context,
          betweenRounds: (save) => {
            if (--left > 0) return true;
            text = JSON.stringify(save());
            return false;
          },
        });
        expect(cut.simulations).toHaveLength(2 * rounds);
        const saved = SavedSearch.parse(JSON.parse(text));
        expect(signature(await growTree(QUESTION, { ...context, saved })) === signature(whole)).toBe(true);
      }
    },
  );

  test('books stay right for any settings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          kind: fc.constantFrom('prompted' as const, 'sampled' as const),
          numSimulations: fc.integer({ min: 1, max: 20 }),
          maxDepth: fc.integer({ min: 2, max: 6 }),
          concurrentWalks: fc.integer({ min: 1, max: 6 }),
          lazySiblings: fc.boolean(),
          avoidDirectAnswer: fc.boolean(),
          children: fc.constantFrom('paper' as const, 'narrow' as const),
          selectionRule: fc.constantFrom('uct' as const, 'puct' as const),
          explorationSchedule: fc.constantFrom('const' as const, 'exp' as const, 'lin' as const),
          seed: fc.integer({ min: 0, max: 1000 }),
        }),
        async ({ kind, seed, ...options }) => {
          const context = grow[kind](options, seed);
          checkTree(await growTree(toyQuestion(seed % 9, 3, 4), context), context.config);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a tree survives its rows', async () => {
    const tree = await growTree(QUESTION, prompted());
    const copy = treeFromRows(QUESTION, treeRows(tree), tree.simulations);
    expect(signature(copy)).toBe(signature(tree));
    expect(treeFigures(copy)).toEqual(treeFigures(tree));
  });
});

test('UCT and PUCT by hand', async () => {
  const tree = await growTree(QUESTION, prompted());
  tree.visits[0] = 10;
  tree.visits[1] = 4;
  tree.valueSum[1] = 3;
  tree.prior[1] = 0.25;
  const [uct] = scoreChildren(tree, 0, [1], 'uct', 2);
  expect(uct!.value).toBe(0.75);
  expect(uct!.bonus).toBeCloseTo(2 * Math.sqrt(Math.log(10) / 4), 12);
  const [puct] = scoreChildren(tree, 0, [1], 'puct', 2);
  expect(puct!.bonus).toBeCloseTo((2 * 0.25 * Math.sqrt(10)) / 5, 12);
  expect(selectChild([])).toBeNull();
  expect(treeDistance(tree, 1, 0)).toBe(tree.depth[1]);
});

test('Gumbel order draws without replacement with the stated probabilities', () => {
  const probabilities = [0.5, 0.3, 0.2];
  const rng = createRng(3);
  const first = [0, 0, 0];
  const runs = 20_000;
  for (let i = 0; i < runs; i++) {
    const { order, logQ } = gumbelOrder(
      probabilities,
      probabilities.map(() => gumbelNoise(rng)),
    );
    first[order[0]!]!++;
    expect(logQ[0]).toBeCloseTo(Math.log(probabilities[order[0]!]!), 9);
    expect(logQ[2]).toBeCloseTo(0, 9);
  }
  probabilities.forEach((p, i) => expect(Math.abs(first[i]! / runs - p)).toBeLessThan(0.02));
});

describe('a model that has only one thing to say', () => {
  const { tokenizer } = createToyModel();
  const tokens = functionalTokenIds(tokenizer);
  /** A generator that writes one id, up to the limit unless it is where a text stops. */
  const saying = (id: number, generator: Generator): Generator => ({
    ...generator,
    async generate(request) {
      const isEnd = request.stopIds.includes(id);
      const ids = Int32Array.from({ length: isEnd ? 1 : request.maxNewTokens }, () => id);
      const logProbs = new Float32Array(ids.length);
      return {
        ...{ ids, logProbs, samplingLogProbs: logProbs, stopReason: isEnd ? 'stop' : 'length' },
        ...(request.probeIds && { probeLogProbs: new Float32Array(request.probeIds.length).fill(-2) }),
      };
    },
  });
  const words = tokenizer.encode('then')[0]!;

  test.each([
    ['one word without end', 'prompted', words],
    ['one word without end', 'sampled', words],
    ['the end of the text', 'prompted', tokenizer.eosIds[0]!],
    ['the end of the text', 'sampled', tokenizer.eosIds[0]!],
    ['the end of a step', 'sampled', tokens.close['next_step']!],
    ['the end of an answer', 'sampled', tokens.close['direct_answer']!],
    ['the beginning of a step', 'sampled', tokens.open['next_step']!],
  ] as const)('%s, %s: the tree ends, holds no right answer, and keeps to every limit', async (_, expander, id) => {
    const options = { numSimulations: 12, maxDepth: 5, maxStepTokens: 16, maxAnswerTokens: 16, maxPathTokens: 96 };
    const { config, generator, ...parts } = expander === 'prompted' ? prompted(options) : sampled(options);
    const only = saying(id, generator);
    const made =
      expander === 'prompted'
        ? createPromptedExpander({ generator: only, tokenizer, prompts: WORKBOOK, config })
        : createSampledExpander({
            ...{ generator: only, tokenizer, tokens, config },
            grammar: createGrammar({ maxDepth: config.maxDepth }),
          });
    const tree = await growTree(QUESTION, { ...parts, config, expander: made });
    checkTree(tree, config);
    expect(tree.simulations.length).toBeGreaterThan(0);
    expect(tree.depth.every((depth) => depth <= config.maxDepth)).toBe(true);
    expect(tree.tokenCount.every((count) => count <= 16)).toBe(true);
    expect(treeFigures(tree).isSolved).toBe(false);
    expect(leaves(tree).every((leaf) => tree.isTruncated[leaf] || tree.answer[leaf] === null)).toBe(true);
  });
});
