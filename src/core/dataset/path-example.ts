import { WorkbenchError } from '../errors';
import type { PromptSet } from '../prompts/prompt-set';
import { pathTo, ROOT_INDEX, type SearchTree } from '../search/tree';
import type { DraftExample, ExampleStep } from './example';
import { closeWithOutput } from './merge-paths';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';
import { stepOf } from './reasoning-path';

/**
 * One path of a tree as an example, as it stands: no wrong turn, no check, closed with the answer.
 * @param prompts the wording of the answer, as in the examples that a run makes
 * @throws WorkbenchError `path-not-right` for a path that does not end with the right answer: it would be taught
 */
export function exampleOfPath(
  tree: SearchTree,
  leaf: number,
  prompts: Pick<PromptSet, 'outputText' | 'statesOnlyAnswer'>,
  set: TokenSet = RFTT_TOKENS,
): DraftExample {
  const answer = tree.answer[leaf];
  if (!tree.isTerminal[leaf] || tree.isRight[leaf] !== true || answer === null || answer === undefined) {
    throw new WorkbenchError('precondition', 'This path does not end with the right answer.', {
      code: 'path-not-right',
      kept: 'Nothing was added to the data set.',
      wayOut: 'Choose a step that ends a path and is marked as right.',
    });
  }
  const nodes = pathTo(tree, leaf).filter((node) => node !== ROOT_INDEX);
  const steps = nodes.map((node): ExampleStep => ({
    ...stepOf(tree, node),
    isTrained: true,
    role: 'right',
    nodeIndex: node,
  }));
  const isClosed = set.isTerminal(steps.at(-1)?.token ?? '');
  return {
    questionId: tree.question.id,
    prompt: tree.question.prompt,
    referenceAnswer: tree.question.referenceAnswer,
    kind: 'clean',
    steps: isClosed
      ? steps.map((step, at) => (at === steps.length - 1 ? { ...step, role: 'output' } : step))
      : closeWithOutput(steps, prompts.outputText(answer), prompts.statesOnlyAnswer(tree.text[leaf]!), set),
    nodePath: [ROOT_INDEX, ...nodes],
  };
}
