import type { Rng } from '../ports';
import type { SearchTree } from '../search/tree';
import { CHECK_REFUSALS } from './check-text';
import { countTokens } from './count-tokens';
import type { DraftExample } from './example';
import { exampleProblems } from './example-problems';
import { examplesOfPath, type MergeContext } from './merge-paths';
import { reasoningPaths } from './reasoning-path';
import { tokenSetOf } from '../tokens/token-ids';
import { selectPaths } from './select-paths';
import { hasChecks, keepKinds } from './step-kinds';
import { renderSteps } from '../tokens/render';

/** Why something of a tree did not become an example; the first three count trees, the linter and length rules examples, the rest checks. */
export const REJECTIONS = [
  'no-right-path',
  'no-wrong-path',
  'no-usable-pair',
  'no-check-accepted',
  'illegal-order',
  'repeated-step',
  'tag-in-text',
  'empty-step',
  'too-many-tokens',
  ...CHECK_REFUSALS.map((reason) => `check-${reason}` as const),
  ...CHECK_REFUSALS.map((reason) => `confirmation-${reason}` as const),
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** Counts by reason; only reasons that occurred. */
export type RejectionCounts = Partial<Record<Rejection, number>>;

/** Something that did not become an example. */
export interface Rejected {
  readonly reason: Rejection;
  /** The check that was refused, or the steps of the example; empty where the whole tree is meant. */
  readonly text: string;
}

/** What one tree gives: the candidates for the data set, and what was left out and why. */
export interface TreeYield {
  readonly examples: readonly DraftExample[];
  readonly rejections: RejectionCounts;
  /** Each of them, in the order in which it was found. */
  readonly rejected: readonly Rejected[];
}

/** Words of the linter by the reason they count under. */
const LINT_REASONS: readonly (readonly [RegExp, Rejection])[] = [
  [/may not come|ends with/, 'illegal-order'],
  [/repeats/, 'repeated-step'],
  [/spelling/, 'tag-in-text'],
  [/no text/, 'empty-step'],
];

/** Makes the candidate examples of one tree: selects paths, asks for checks, merges, and drops what the linter finds wrong. */
export async function examplesOfTree(
  tree: SearchTree,
  context: Omit<MergeContext, 'onRefusal'>,
  rng: Rng,
): Promise<TreeYield> {
  if (context.config.content === 'answers')
    return { examples: [answerExample(tree, context)], rejections: {}, rejected: [] };
  const rejections: RejectionCounts = {};
  const rejected: Rejected[] = [];
  const reject = (reason: Rejection, text = ''): void => {
    rejections[reason] = (rejections[reason] ?? 0) + 1;
    rejected.push({ reason, text });
  };
  const set = tokenSetOf(context.tokenizer);
  const selected = selectPaths(tree, context.config, set).map((each) => keepKinds(tree, each, context.config, set));
  if (selected.length === 0) {
    reject('no-right-path');
    return { examples: [], rejections, rejected };
  }
  const isMerged = hasChecks(context.config);
  if (isMerged && selected.every((each) => each.turns.length === 0))
    reject(reasoningPaths(tree).some((path) => !path.isRight) ? 'no-usable-pair' : 'no-wrong-path');
  const onRefusal: MergeContext['onRefusal'] = (kind, reason, text) => reject(`${kind}-${reason}`, text);
  const lists = await Promise.all(
    selected.map((each) => examplesOfPath(tree, each, { ...context, onRefusal }, rng.fork(`path:${each.path.leaf}`))),
  );
  selected.forEach((each, i) => {
    if (isMerged && each.turns.length > 0 && lists[i]!.every((example) => example.kind !== 'merged'))
      reject('no-check-accepted');
  });
  const examples = lists.flat().filter((example) => {
    const reason = whyNot(example, context);
    if (reason !== null) reject(reason, renderSteps(example.steps, set));
    return reason === null;
  });
  return { examples, rejections, rejected };
}

/** The question with its right answer, whether or not any path found it. */
function answerExample(tree: SearchTree, { prompts, tokenizer }: Omit<MergeContext, 'onRefusal'>): DraftExample {
  const set = tokenSetOf(tokenizer);
  const { id, prompt, referenceAnswer } = tree.question;
  const text = prompts.outputText(referenceAnswer);
  const step = (tokenRole: 'direct_answer' | 'output', role: 'right' | 'output') =>
    ({ token: set.withRole(tokenRole)[0] ?? tokenRole, text, role, isTrained: true, nodeIndex: null }) as const;
  return {
    questionId: id,
    prompt,
    referenceAnswer,
    kind: 'clean',
    steps: [step('direct_answer', 'right'), step('output', 'output')],
    nodePath: [0],
  };
}

function whyNot(example: DraftExample, { tokenizer, config }: Omit<MergeContext, 'onRefusal'>): Rejection | null {
  for (const problem of exampleProblems(example, tokenSetOf(tokenizer)))
    return LINT_REASONS.find(([pattern]) => pattern.test(problem))?.[1] ?? 'illegal-order';
  return countTokens(example.prompt, example.steps, tokenizer) > config.maxTokens ? 'too-many-tokens' : null;
}

/** Adds counts up. */
export function addRejections(a: RejectionCounts, b: RejectionCounts): RejectionCounts {
  const sum: RejectionCounts = { ...a };
  for (const [reason, count] of Object.entries(b) as [Rejection, number][]) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
