import type { ProjectId, TreeId } from '@contracts/ids';
import type { RewardedPath, RewardPreview } from '@contracts/previews';
import type { TreeNode } from '@contracts/trees';
import { outcomeReward } from '@core/rewards/outcome';
import { rewardOf } from '@core/rewards/registry';
import { createGrammar, type Grammar } from '@core/tokens/grammar';
import { isWellFormed } from '@core/tokens/lint';
import { parseText } from '@core/tokens/parse';
import { renderSteps } from '@core/tokens/render';
import type { RlConfig } from '@core/train/rl/rl-config';
import { findProject } from '../store/repositories/projects';
import { listNodes, pageTrees } from '../store/repositories/trees';
import type { ServiceContext } from './context';
import { tokenSetOfTree } from './models';
import { required } from './not-found';

/** Enough to see how a reward sorts paths, few enough to read. */
const MOST_TREES = 24;
const MOST_PATHS = 40;

/**
 * What a reward would give for paths that lie in the project's trees: first those with right and wrong ends, where it has something to tell apart.
 * The same functions give the reward in a run.
 */
export function previewReward(
  { db }: ServiceContext,
  { projectId, config }: { projectId: ProjectId; config: RlConfig },
): RewardPreview {
  required(findProject(db, projectId), 'This project');
  const grammarOf = (tree: TreeId): Grammar =>
    createGrammar({ set: tokenSetOfTree(db, tree), rootDirectAnswer: true, maxDepth: config.maxDepth });
  const trees = (['mixed', 'all'] as const)
    .flatMap((filter) => pageTrees(db, { projectId, filter, search: '', offset: 0, limit: MOST_TREES }).trees)
    .filter((tree, at, all) => all.findIndex(({ id }) => id === tree.id) === at)
    .slice(0, MOST_TREES);
  const groups = trees.map((tree) => rewardPaths(tree, listNodes(db, tree.id), config, grammarOf(tree.id)));
  const paths = groups.flat();
  const pairs = groups.flatMap((group) =>
    group
      .filter(({ isRight }) => isRight)
      .flatMap((right) => group.filter(({ isRight }) => !isRight).map((wrong) => wrong.total >= right.total)),
  );
  return {
    trees: trees.length,
    settled: groups.filter((group) => new Set(group.map(({ parts }) => parts.answer)).size < 2).length,
    paths: paths.slice(0, MOST_PATHS),
    rightMean: meanOf(paths.filter(({ isRight }) => isRight)),
    wrongMean: meanOf(paths.filter(({ isRight }) => !isRight)),
    upsetShare: pairs.length === 0 ? null : pairs.filter(Boolean).length / pairs.length,
  };
}

interface TreeFacts {
  readonly id: TreeId;
  readonly questionId: string;
  readonly prompt: string;
  readonly referenceAnswer: string;
}

function rewardPaths(tree: TreeFacts, nodes: readonly TreeNode[], config: RlConfig, grammar: Grammar): RewardedPath[] {
  const byIndex = new Map(nodes.map((node) => [node.index, node]));
  const paths = nodes.filter(({ isTerminal }) => isTerminal).map((leaf) => pathTo(leaf, byIndex));
  // As in a run: the value of a step is the mean outcome of the distinct ends at or below it.
  const values = new Map<number, { sum: number; count: number }>();
  for (const path of paths) {
    const outcome = outcomeReward(outcomeOf(path), config);
    for (const { index } of path) {
      const known = values.get(index) ?? { sum: 0, count: 0 };
      values.set(index, { sum: known.sum + outcome, count: known.count + 1 });
    }
  }
  const promiseOf = (index: number): number => {
    const { sum, count } = values.get(index) ?? { sum: 0, count: 1 };
    return sum / count;
  };
  return paths.map((path) => {
    const steps = path.slice(1);
    const outcome = outcomeOf(path);
    const wellFormed = keepsForm(steps, grammar);
    const tokens = steps.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    const promise = path.map(({ index }) => promiseOf(index));
    const facts = { ...outcome, isWellFormed: wellFormed, tokens, promise, steps: steps.length };
    const reward = rewardOf(facts, config, tree.questionId);
    const { answer, form, length } = reward.parts;
    const stepSum = reward.steps.reduce((sum, each) => sum + each, 0);
    return {
      treeId: tree.id,
      leaf: path.at(-1)?.index ?? 0,
      prompt: tree.prompt,
      referenceAnswer: tree.referenceAnswer,
      ...outcome,
      isWellFormed: wellFormed,
      tokens,
      steps: steps.map(({ kind }, k) => ({ token: kind, promise: promise[k + 1] ?? 0, reward: reward.steps[k] ?? 0 })),
      startPromise: promise[0] ?? 0,
      parts: { answer, steps: stepSum, form, length },
      total: reward.score + stepSum,
    };
  });
}

function pathTo(leaf: TreeNode, byIndex: ReadonlyMap<number, TreeNode>): TreeNode[] {
  const path: TreeNode[] = [];
  for (let node: TreeNode | undefined = leaf; node; node = byIndex.get(node.parent)) path.unshift(node);
  return path;
}

function outcomeOf(path: readonly TreeNode[]): { readonly answer: string | null; readonly isRight: boolean } {
  const leaf = path.at(-1);
  return { answer: leaf?.answer ?? null, isRight: leaf?.isRight === true };
}

function keepsForm(steps: readonly TreeNode[], grammar: Grammar): boolean {
  const { set } = grammar;
  const named = steps.flatMap(({ kind, text }) => (set.find(kind) ? [{ token: kind, text }] : []));
  return named.length === steps.length && isWellFormed(parseText(renderSteps(named, set), set), grammar);
}

function meanOf(paths: readonly RewardedPath[]): number | null {
  return paths.length === 0 ? null : paths.reduce((sum, { total }) => sum + total, 0) / paths.length;
}
