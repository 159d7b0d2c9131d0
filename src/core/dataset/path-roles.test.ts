import { expect, test } from 'vitest';
import { appendNode, createTree, type SearchTree } from '../search/tree';
import type { FunctionalTokenName } from '../tokens/functional-tokens';
import { ExamplesConfigSchema, type ExamplesConfig } from './examples-config';
import { rolesOf } from './path-roles';
import { reasoningPaths } from './reasoning-path';
import { selectPaths } from './select-paths';

/** Adds steps below a node; the last one ends the path with this answer. Returns the nodes. */
function walk(tree: SearchTree, from: number, texts: readonly string[], answer: string): number[] {
  let parent = from;
  return texts.map((text, i) => {
    const isTerminal = i === texts.length - 1;
    const kind: FunctionalTokenName = isTerminal ? 'direct_answer' : 'next_step';
    parent = appendNode(tree, {
      parent,
      step: {
        kind,
        text,
        ids: [],
        logProbs: [],
        origin: [],
        newTokens: 1,
        logProbSum: null,
        isTerminal,
        isTruncated: false,
      },
      prior: null,
      logQ: null,
      createdAtSimulation: 0,
      isRight: isTerminal ? answer === '7' : null,
      answer: isTerminal ? answer : null,
    });
    return parent;
  });
}

/** Two ways of two right ends each, and two wrong ends: one near the first way, one that stands alone. */
function makeTree() {
  const tree = createTree({ id: 'q', prompt: 'How many?', referenceAnswer: '7', source: '' });
  const long = walk(tree, 0, ['a', 'b', 'so seven'], '7');
  const nearWrong = walk(tree, long[1]!, ['so eight'], '8');
  const short = walk(tree, 0, ['c', 'seven'], '7');
  const lonely = walk(tree, 0, ['d', 'e', 'nine'], '9');
  const twin = walk(tree, long[0]!, ['f', 'g', 'seven again'], '7');
  return { tree, long, nearWrong, short, lonely, twin };
}

const select = (tree: SearchTree, options: Partial<ExamplesConfig>) =>
  selectPaths(tree, ExamplesConfigSchema.parse({ maxPathsPerQuestion: 8, ...options }));

test('every role of the published script is found', () => {
  const { tree, long, nearWrong, short, twin } = makeTree();
  const paths = reasoningPaths(tree);
  const roles = rolesOf(
    tree,
    { right: paths.filter(({ isRight }) => isRight), wrong: paths.filter(({ isRight }) => !isRight) },
    (right, wrong) => right.nodes[1] === wrong.nodes[1],
  );
  // Longest first, so the longest right path is the best; its twin shares the first step and is not another way.
  expect(roles.best?.leaf).toBe(twin.at(-1));
  expect(roles.pair).toMatchObject({ right: { leaf: long.at(-1) }, wrong: { leaf: nearWrong.at(-1) } });
  expect(roles.apart?.leaf).toBe(short.at(-1));
  expect(roles.ways?.map(({ leaf }) => leaf)).toEqual([twin.at(-1), short.at(-1)]);
});

test('there are no roles without right paths', () => {
  const tree = createTree({ id: 'q', prompt: 'How many?', referenceAnswer: '7', source: '' });
  walk(tree, 0, ['a', 'eight'], '8');
  const roles = rolesOf(tree, { right: [], wrong: reasoningPaths(tree) }, () => true);
  expect(roles).toEqual({ pair: null, apart: null, ways: null, best: null });
});

test('selection as in the code takes the pair closer than α, and each path of another role once', () => {
  const { tree, long, nearWrong, short, twin } = makeTree();
  const taken = select(tree, { selection: 'code', maxTreeDistance: 4 });
  expect(taken.map(({ path, turns }) => [path.leaf, turns.map(({ nodes }) => nodes)])).toEqual([
    [long.at(-1), [[nearWrong.at(-1)]]],
    [short.at(-1), []],
    [twin.at(-1), []],
  ]);
  // α counts edges from both ends to where they part; the pair is two apart, so "less than 2" leaves none.
  const none = select(tree, { selection: 'code', maxTreeDistance: 2 });
  expect(none.every(({ turns }) => turns.length === 0)).toBe(true);
  expect(select(tree, { selection: 'code', maxPathsPerQuestion: 1 })).toHaveLength(1);
});

test('contrast takes the pair whose process scores lie furthest apart, by the judge where one spoke', () => {
  const { tree, long, nearWrong, twin } = makeTree();
  const options = { selection: 'contrast' as const, maxTreeDistance: 6, minSharedSteps: 1 };
  const score = (nodes: readonly number[], value: number) => nodes.forEach((node) => (tree.process[node] = value));
  tree.process.fill(0.5);
  score(nearWrong, 0.1);
  score(twin.slice(1), 0.6);
  const wide = select(tree, options);
  expect(wide).toHaveLength(1);
  expect(wide[0]).toMatchObject({ path: { leaf: twin.at(-1) }, turns: [{ position: 1 }] });
  score(long.slice(2), 0.9);
  expect(select(tree, options)[0]?.path.leaf).toBe(long.at(-1));
  // No two paths are near enough: the best right one alone.
  expect(select(tree, { ...options, maxTreeDistance: 2, minSharedSteps: 3 })).toMatchObject([
    { path: { leaf: long.at(-1) }, turns: [] },
  ]);
});
