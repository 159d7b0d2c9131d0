import { stepsTo } from '@core/search/expanders/prompted';
import { pathTo, type SearchTree } from '@core/search/tree';
import type { Judge } from './open-judge';

/**
 * What a judge says of an unfinished path; it is kept in the tree. A path that is too long for the judge is worth nothing: nobody could say
 * whether to go on.
 */
export async function judgeStep(tree: SearchTree, node: number, judge: Judge): Promise<number> {
  await judgeEnds(tree, [node], judge);
  return tree.process[node] ?? 0;
}

/** Notes at every node of a tree how promising the path up to there looks, where the judge can read it. */
export function judgeTree(tree: SearchTree, judge: Judge): Promise<void> {
  // Every node lies on the way to one that has no children.
  const ends = tree.children.flatMap((children, node) => (children.length === 0 ? [node] : []));
  return judgeEnds(tree, ends, judge);
}

async function judgeEnds(tree: SearchTree, ends: readonly number[], judge: Judge): Promise<void> {
  const { prompt } = tree.question;
  const judged = await judge.judgePaths(ends.map((end) => ({ prompt, steps: stepsTo(tree, end) })));
  ends.forEach((end, i) => {
    pathTo(tree, end).forEach((node, at) => {
      // A step that was cut has no end to be asked at. What was said first stays: it is what the search went by.
      if (!tree.isTruncated[node]) tree.process[node] ??= judged[i]?.[at] ?? null;
    });
  });
}
