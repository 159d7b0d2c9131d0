import { pathTo, type SearchTree } from '../../search/tree';
import type { JudgedResponse } from './judged-steps';
import type { PrmConfig } from './prm-config';

/**
 * The walks of a tree as judged responses: a node is worth what the walks through it came to. Soft: the share of right ones, from the visit
 * counts. Hard: whether there was a right one (Math-Shepherd, Wang 2024, eq. 3 and 4). Every node counts once among the responses it is in.
 */
export function labelsOfTree(tree: SearchTree, labels: PrmConfig['labels']): JudgedResponse[] {
  // Walks that a judge turned back have no outcome.
  const finished = tree.simulations.filter(({ path }) => tree.isTerminal[path.at(-1)!]);
  const ends = [...new Set(finished.map(({ path }) => path.at(-1)!))];
  const right = tree.parent.map(() => 0);
  const walks = tree.parent.map(() => 0);
  // Values of a search may be anything; whether a walk was right is not.
  for (const { path } of finished)
    for (const node of path) {
      walks[node]! += 1;
      if (tree.isRight[path.at(-1)!] === true) right[node]! += 1;
    }
  const responses = tree.parent.map(() => 0);
  for (const end of ends) for (const node of pathTo(tree, end)) responses[node]! += 1;
  // A step that was cut has no end that a model could be asked at.
  const labelOf = (node: number): number | null =>
    tree.isTruncated[node] ? null : labels === 'soft' ? right[node]! / walks[node]! : Number(right[node]! > 0);
  return ends.map((end) => {
    const nodes = pathTo(tree, end);
    return {
      questionId: tree.question.id,
      prompt: tree.question.prompt,
      steps: nodes.slice(1).map((node) => ({
        token: tree.kind[node]!,
        text: tree.text[node]!,
      })),
      labels: nodes.map(labelOf),
      weights: nodes.map((node) => 1 / responses[node]!),
    };
  });
}
