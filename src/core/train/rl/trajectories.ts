import type { GenerationResult } from '../../generation/generator';
import { pathTo, ROOT_INDEX, type IdOrigin, type SearchTree } from '../../search/tree';
import type { Question } from '../../tasks/question';
import type { Verifier } from '../../tasks/verifier';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import type { Grammar } from '../../tokens/grammar';
import { isWellFormed } from '../../tokens/lint';
import { parseIds } from '../../tokens/parse';
import type { FunctionalTokenIds } from '../../tokens/token-ids';
import type { CHOSEN_TOKENS } from './rl-config';

/** One step of a trajectory: ids [start, end) of the whole sequence, tags included. */
export interface TrajectoryStep {
  readonly token: FunctionalTokenName;
  readonly start: number;
  readonly end: number;
  /** Node of the tree, null for an answer sampled by itself. */
  readonly node: number | null;
}

/** One explored answer: exactly the ids that were sampled, with the log-probabilities recorded then. Arrays have the length n of `ids`. */
export interface Trajectory {
  readonly questionId: string;
  /** [n] question and response. */
  readonly ids: Int32Array;
  readonly promptLength: number;
  /** [n] log-probability under the model that sampled, temperature 1, nats; 0 on the question and on given ids. */
  readonly oldLogProbs: Float32Array;
  /** [n] how each id came about; the question is `given`. */
  readonly origin: readonly IdOrigin[];
  /** [n] factor of each id in the loss: 0 on given ids, the importance weight on chosen ones, shared ids divided among the paths. */
  readonly weights: Float32Array;
  readonly steps: readonly TrajectoryStep[];
  readonly answer: string | null;
  readonly isRight: boolean;
  /** Cut by a limit before it came to an end. */
  readonly isTruncated: boolean;
  readonly isWellFormed: boolean;
  /** Response as text, tags visible. */
  readonly text: string;
}

export interface TreeTrajectoryOptions {
  readonly tokenizer: Tokenizer;
  readonly tokens: FunctionalTokenIds;
  readonly grammar: Grammar;
  /** Upper limit of importance weights. */
  readonly importanceCap: number;
  /** What a chosen token weighs in the loss; importance weights unless told. */
  readonly chosenTokens?: (typeof CHOSEN_TOKENS)[number];
}

/**
 * The distinct leaves that walks of a token-guided tree ended at, as trajectories. Ids that several of them share weigh 1 / number of paths
 * each, so that a shared beginning counts once. Functional tokens were chosen by the search: their weight is min(cap, π/q), q being the
 * probability with which the search drew them.
 */
export function treeTrajectories(tree: SearchTree, options: TreeTrajectoryOptions): Trajectory[] {
  const ends = [...new Set(tree.simulations.map(({ path }) => path.at(-1)!))];
  const pathsThrough = countPaths(tree, ends);
  return ends.map((leaf) => treeTrajectory(tree, leaf, pathsThrough, options));
}

function treeTrajectory(
  tree: SearchTree,
  leaf: number,
  pathsThrough: readonly number[],
  { tokenizer, tokens, grammar, importanceCap, chosenTokens = 'importance' }: TreeTrajectoryOptions,
): Trajectory {
  const nodes = pathTo(tree, leaf);
  const ids = Int32Array.from(nodes.flatMap((node) => [...tree.ids[node]!]));
  const oldLogProbs = Float32Array.from(nodes.flatMap((node) => [...tree.logProbs[node]!]));
  const origin = nodes.flatMap((node) => [...tree.origin[node]!]);
  const promptLength = tree.ids[ROOT_INDEX]!.length;
  const weights = new Float32Array(ids.length);
  const steps: TrajectoryStep[] = [];
  let at = promptLength;
  for (const node of nodes.slice(1)) {
    const start = at;
    const share = 1 / pathsThrough[node]!;
    const chosen = share * CHOSEN_WEIGHTS[chosenTokens](tree, node, importanceCap);
    for (const each of tree.origin[node]!) weights[at++] = each === 'given' ? 0 : each === 'chosen' ? chosen : share;
    steps.push({ token: tree.kind[node]!, start, end: at, node });
  }
  const parsed = parseIds(ids.subarray(promptLength), tokenizer, tokens);
  return {
    questionId: tree.question.id,
    ids,
    promptLength,
    oldLogProbs,
    origin,
    weights,
    steps,
    answer: tree.answer[leaf]!,
    isRight: tree.isRight[leaf] === true,
    isTruncated: tree.isTruncated[leaf]!,
    isWellFormed: isWellFormed(parsed, grammar),
    text: tokenizer.decode(ids.subarray(promptLength)),
  };
}

/** Factor of a chosen token in the loss (method of the paper's critics: it was not sampled from the policy). */
const CHOSEN_WEIGHTS: Readonly<
  Record<(typeof CHOSEN_TOKENS)[number], (tree: SearchTree, node: number, cap: number) => number>
> = {
  importance,
  likelihood: () => 1,
  masked: () => 0,
};

/** Truncated importance weight of a chosen token: its probability among the legal ones over that of the draw. */
function importance(tree: SearchTree, node: number, cap: number): number {
  const prior = tree.prior[node];
  const logQ = tree.logQ[node];
  return prior === null || prior === undefined || logQ === null || logQ === undefined
    ? 1
    : Math.min(cap, prior / Math.exp(logQ));
}

/** [N] how many of the given ends lie at or below each node. */
function countPaths(tree: SearchTree, ends: readonly number[]): number[] {
  const counts = tree.parent.map(() => 0);
  for (const end of ends) for (const node of pathTo(tree, end)) counts[node]! += 1;
  return counts;
}

export interface SampledTrajectoryOptions {
  readonly tokenizer: Tokenizer;
  /** Null for a model without functional tokens: its answers have no steps and no form to keep. */
  readonly tokens: FunctionalTokenIds | null;
  readonly grammar: Grammar;
  readonly verifier: Verifier;
}

/** An answer sampled in one go, as a trajectory. */
export function sampledTrajectory(
  question: Question,
  promptIds: ArrayLike<number>,
  result: GenerationResult,
  { tokenizer, tokens, grammar, verifier }: SampledTrajectoryOptions,
): Trajectory {
  const ids = Int32Array.from([...Array.from(promptIds), ...result.ids]);
  const promptLength = promptIds.length;
  const oldLogProbs = new Float32Array(ids.length);
  oldLogProbs.set(result.logProbs, promptLength);
  const weights = new Float32Array(ids.length).fill(1, promptLength);
  const origin = Array.from(ids, (_, i): IdOrigin => (i < promptLength ? 'given' : 'sampled'));
  const parsed = tokens === null ? null : parseIds(result.ids, tokenizer, tokens);
  const isTruncated = result.stopReason !== 'stop';
  const last = parsed?.steps.at(-1);
  const verdict = isTruncated
    ? null
    : verifier.verify(
        last !== undefined && tokens?.set.isTerminal(last.token)
          ? last.text
          : tokenizer.decode(result.ids, { skipSpecials: true }),
        question.referenceAnswer,
      );
  return {
    questionId: question.id,
    ids,
    promptLength,
    oldLogProbs,
    origin,
    weights,
    steps: (parsed?.steps ?? []).map((step) => ({
      token: step.token,
      start: promptLength + step.start,
      end: promptLength + step.end,
      node: null,
    })),
    answer: verdict?.answer ?? null,
    isRight: verdict?.isRight ?? false,
    isTruncated,
    isWellFormed: parsed === null || isWellFormed(parsed, grammar),
    text: tokenizer.decode(result.ids),
  };
}
