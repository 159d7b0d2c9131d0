import { treeDistance, type SearchTree } from '../search/tree';
import { normaliseStepText } from '../tokens/lint';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';
import { normaliseAnswer } from '../tasks/verifier';
import type { ExamplesConfig } from './examples-config';
import { rolesOf } from './path-roles';
import { reasoningPaths, sharedSteps, type ReasoningPath } from './reasoning-path';

/** A wrong turn beside a right path: it leaves after `position` shared steps. */
export interface WrongTurn {
  /** Index into the nodes of the right path of the step that the wrong turn stands against. */
  readonly position: number;
  /** Nodes of the wrong turn, in order. */
  readonly nodes: readonly number[];
}

/** A right path with the wrong turns that may be merged into it, best first, at most one for each position. */
export interface SelectedPath {
  readonly path: ReasoningPath;
  readonly turns: readonly WrongTurn[];
}

type Selection = (tree: SearchTree, config: ExamplesConfig, set: TokenSet) => SelectedPath[];

/** The ways to choose by the name in the settings. */
export const SELECTIONS: Readonly<Record<ExamplesConfig['selection'], Selection>> = {
  paper: selectAsPaper,
  code: selectAsCode,
  ours: selectOurs,
  contrast: selectByContrast,
};

/** Right paths and wrong turns of one tree; empty when no path is right. */
export function selectPaths(tree: SearchTree, config: ExamplesConfig, set: TokenSet = RFTT_TOKENS): SelectedPath[] {
  return SELECTIONS[config.selection](tree, config, set);
}

/** The best right path by process score, and the worst wrong one that shares a beginning with it (arXiv 2502.13389). */
function selectAsPaper(tree: SearchTree, config: ExamplesConfig, set: TokenSet): SelectedPath[] {
  const { right, wrong } = split(tree);
  const best = maximumBy(right.filter(isClean), (path) => path.processScore);
  if (best === undefined) return [];
  const beside = wrong.filter((path) => isClean(path) && isPair(tree, best, path, config, config.maxTreeDistance, set));
  const worst = maximumBy(beside, (path) => -path.processScore);
  return [{ path: best, turns: worst === undefined ? [] : [turnOf(best, worst, config)] }];
}

/**
 * As the published script: its pair closer than the limit, and the right paths of its other roles as they stand; of each path one, the pair's first.
 */
function selectAsCode(tree: SearchTree, config: ExamplesConfig, set: TokenSet): SelectedPath[] {
  const { pair, apart, ways, best } = rolesOf(tree, split(tree), (right, wrong) =>
    isPair(tree, right, wrong, config, config.maxTreeDistance - 1, set),
  );
  const others = [apart, ...(ways ?? []), pair === null ? best : null].filter((path) => path !== null);
  const rest = [...new Set(others)].filter((path) => path !== pair?.right).map((path) => ({ path, turns: [] }));
  const first = pair === null ? [] : [{ path: pair.right, turns: [turnOf(pair.right, pair.wrong, config)] }];
  return [...first, ...rest].slice(0, config.maxPathsPerQuestion);
}

/**
 * The pair whose process scores lie furthest apart: a good path beside a bad one that begins alike. The best right path alone where no two may be
 * merged.
 */
function selectByContrast(tree: SearchTree, config: ExamplesConfig, set: TokenSet): SelectedPath[] {
  const { right, wrong } = split(tree);
  const rights = right.filter(isClean);
  const wrongs = wrong.filter(isClean);
  const pairs = rights.flatMap((path) =>
    wrongs
      .filter((other) => isPair(tree, path, other, config, config.maxTreeDistance, set))
      .map((other) => ({ path, other })),
  );
  const widest = maximumBy(pairs, ({ path, other }) => path.processScore - other.processScore);
  if (widest !== undefined) return [{ path: widest.path, turns: [turnOf(widest.path, widest.other, config)] }];
  const best = maximumBy(rights, (path) => path.processScore);
  return best === undefined ? [] : [{ path: best, turns: [] }];
}

/**
 * Several right paths, different in their sequence of steps, those with most work first; beside each its most telling wrong turns:
 * siblings of a step of work from which no walk came to a right answer, the most visited first.
 */
function selectOurs(tree: SearchTree, config: ExamplesConfig, set: TokenSet): SelectedPath[] {
  const work = (path: ReasoningPath) =>
    path.nodes.filter((node) => set.roleOf(tree.kind[node]!) === 'next_step').length;
  // Answers written in one go have no sequence to differ in; their words do.
  const sequence = (path: ReasoningPath) =>
    path.nodes.length === 1 ? tree.text[path.leaf]! : path.nodes.map((node) => tree.kind[node]).join(' ');
  const { right } = split(tree);
  const ranked = right
    .filter(isClean)
    .sort((a, b) => work(b) - work(a) || b.processScore - a.processScore || a.leaf - b.leaf);
  const different = ranked.filter((path, i) => ranked.findIndex((other) => sequence(other) === sequence(path)) === i);
  const hasRight = rightBelow(tree);
  return different
    .slice(0, config.maxPathsPerQuestion)
    .map((path) => ({ path, turns: turnsBeside(tree, path, hasRight, config, set) }));
}

function turnsBeside(
  tree: SearchTree,
  path: ReasoningPath,
  hasRight: readonly boolean[],
  config: ExamplesConfig,
  set: TokenSet,
): WrongTurn[] {
  const turns: (WrongTurn & { readonly visits: number })[] = [];
  path.nodes.forEach((node, position) => {
    if (position < config.minSharedSteps || !isWork(tree, node, set)) return;
    const own = normaliseStepText(tree.text[node]!);
    const siblings = tree.children[tree.parent[node]!]!.filter(
      (sibling) =>
        sibling !== node &&
        isWork(tree, sibling, set) &&
        !hasRight[sibling] &&
        isEvidence(tree, node, sibling, config) &&
        normaliseStepText(tree.text[sibling]!) !== own,
    );
    for (const sibling of siblings) {
      const nodes = wrongTail(tree, sibling, config);
      if (nodes !== null) turns.push({ position, nodes, visits: tree.visits[sibling]! });
    }
  });
  turns.sort((a, b) => b.visits - a.visits || a.position - b.position || a.nodes[0]! - b.nodes[0]!);
  return turns.filter((turn, i) => turns.findIndex((other) => other.position === turn.position) === i);
}

/**
 * Whether a sibling without a right answer below may count as a wrong turn. A whole tail has to have been walked; a single step need not, if it
 * is of the same kind as the right one: the check that follows decides whether it is wrong.
 */
function isEvidence(tree: SearchTree, node: number, sibling: number, config: ExamplesConfig): boolean {
  return tree.visits[sibling]! > 0 || (config.wrongTailScope === 'step' && tree.kind[sibling] === tree.kind[node]);
}

/** The wrong turn from its first step to its most visited answer, or its first step alone; null where every way on was cut. */
function wrongTail(tree: SearchTree, first: number, config: ExamplesConfig): number[] | null {
  if (tree.isTruncated[first]) return null;
  if (config.wrongTailScope === 'step') return [first];
  const nodes = [first];
  for (let at = first; !tree.isTerminal[at];) {
    const next = maximumBy(
      tree.children[at]!.filter((child) => !tree.isTruncated[child]),
      (child) => tree.visits[child]!,
    );
    if (next === undefined) return null;
    nodes.push((at = next));
  }
  return nodes;
}

/** Whether two paths may be merged: close enough, enough in common, different answers, and work where they part. */
function isPair(
  tree: SearchTree,
  right: ReasoningPath,
  wrong: ReasoningPath,
  config: ExamplesConfig,
  maxDistance: number,
  set: TokenSet,
): boolean {
  const shared = sharedSteps(right, wrong);
  const [rightNode, wrongNode] = [right.nodes[shared], wrong.nodes[shared]];
  return (
    shared >= config.minSharedSteps &&
    rightNode !== undefined &&
    wrongNode !== undefined &&
    isWork(tree, rightNode, set) &&
    treeDistance(tree, right.leaf, wrong.leaf) <= maxDistance &&
    normaliseAnswer(tree.answer[right.leaf] ?? '') !== normaliseAnswer(tree.answer[wrong.leaf] ?? '')
  );
}

function turnOf(right: ReasoningPath, wrong: ReasoningPath, config: ExamplesConfig): WrongTurn {
  const position = sharedSteps(right, wrong);
  const tail = wrong.nodes.slice(position);
  return { position, nodes: config.wrongTailScope === 'step' ? tail.slice(0, 1) : tail };
}

function split(tree: SearchTree): { right: ReasoningPath[]; wrong: ReasoningPath[] } {
  const paths = reasoningPaths(tree);
  return { right: paths.filter((path) => path.isRight), wrong: paths.filter((path) => !path.isRight) };
}

const isClean = (path: ReasoningPath): boolean => path.repeats === 0;

function isWork(tree: SearchTree, node: number, set: TokenSet): boolean {
  return set.categoryOf(tree.kind[node]!) === 'work';
}

/** [N] whether a right leaf lies at or below each node. */
function rightBelow(tree: SearchTree): boolean[] {
  const result = tree.isRight.map((isRight) => isRight === true);
  // Children come after their parents, so one pass from the back is enough.
  for (let node = tree.parent.length - 1; node > 0; node--) if (result[node]) result[tree.parent[node]!] = true;
  return result;
}

function maximumBy<T>(items: readonly T[], score: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || score(item) > score(best) ? item : best),
    undefined,
  );
}
