import type { QuestionRow } from '@contracts/questions';
import { leftOutTokens, type EvaluateConfig } from '@core/eval/evaluate-config';
import { consistencyValue, treeAttempts } from '@core/eval/tree-attempts';
import type { CancelToken, Rng } from '@core/ports';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { growTree } from '@core/search/mcts';
import type { Expander } from '@core/search/expand';
import { SearchConfigSchema, type SearchConfig } from '@core/search/search-config';
import { pathTo, type SearchTree } from '@core/search/tree';
import { answerVerifier } from '@core/tasks/verifier';
import { createGrammar } from '@core/tokens/grammar';
import { renderSteps } from '@core/tokens/render';
import { tokenSetOf } from '@core/tokens/token-ids';
import type { TokenSet } from '@core/tokens/token-set';
import { weakestStep, type JudgeableResponse } from '@core/train/prm/judge';
import { judgeAttempts, type JudgedAnswer } from './judge-attempts';
import type { HalfGrownTrees } from './half-grown-trees';
import type { Judge } from './open-judge';
import type { JobModel } from './open-model';
import { separateCalls } from './separate-calls';

/** Where the half-grown trees of a round are kept, and the index of its first question. */
export interface KeptRound {
  readonly trees: HalfGrownTrees;
  readonly first: number;
}

/**
 * Answers by token-guided search without looking at the right answer: a leaf is worth the share of leaves so far that agree with it, and the
 * choice of the settings over distinct leaves is the answer. Coverage, which does look, is reported beside it. Trees that a killed process left half
 * grown go on from there.
 */
export async function answerBySearch(
  shared: JobModel,
  config: EvaluateConfig,
  questions: readonly QuestionRow[],
  rng: Rng,
  cancel: CancelToken,
  onAnswer: () => void,
  judge: Judge | null,
  { trees, first }: KeptRound,
): Promise<JudgedAnswer[]> {
  const { search, expander } = answeringSearch(shared, config);
  return Promise.all(
    questions.map(async (question, i) => {
      const name = String(first + i);
      const saved = trees.restore(name, question.id);
      const tree = await growTree(
        { ...question, source: '' },
        {
          config: search,
          expander,
          verifier: answerVerifier,
          rng: rng.fork(`question:${question.id}`),
          cancel,
          leafValue: judge && config.leafValues === 'judge' ? judgedValue(judge) : consistencyValue,
          ...(saved && { saved }),
          betweenRounds: (save) => {
            trees.keep(name, save, false);
            return true;
          },
        },
      );
      onAnswer();
      const scores = await judgeLeaves(tree, judge);
      const attempts = treeAttempts(tree, (leaf) => scores.get(leaf) ?? null);
      return judgeAttempts(question, attempts, config, ({ leaf }) =>
        pathText(tree, leaf, tokenSetOf(shared.tokenizer)),
      );
    }),
  );
}

/** An answer is worth what a process reward model gives its weakest step; a path without an answer nothing. */
export function judgedValue(judge: Judge): (tree: SearchTree, leaf: number) => Promise<number> {
  return async (tree, leaf) => {
    if (tree.answer[leaf] === null) return 0;
    const [promise] = await judge.judge([responseOf(tree, leaf)]);
    return weakestStep(promise!);
  };
}

/** The search that answers one question. */
export function answeringSearch(
  shared: JobModel,
  config: EvaluateConfig,
): { readonly search: SearchConfig; readonly expander: Expander } {
  const model = config.sharing === 'shared' ? shared : { ...shared, generator: separateCalls(shared.generator) };
  const search = SearchConfigSchema.parse({
    expander: 'sampled',
    numSimulations: config.numSimulations,
    temperature: config.temperature,
    maxDepth: config.maxDepth,
    maxStepTokens: config.maxStepTokens,
    maxAnswerTokens: config.maxStepTokens,
    maxPathTokens: Math.max(32, config.maxNewTokens * 2),
    explorationWeight: config.explorationWeight,
    rootDirectAnswer: false,
    lazySiblings: config.sharing === 'shared',
  });
  const tokens = model.requireTokens();
  const { set } = tokens;
  const expander = createSampledExpander({
    ...model,
    maxContext: model.language.config.maxPositions,
    tokens,
    grammar: createGrammar({ set, maxDepth: config.maxDepth, without: leftOutTokens(config, set) }),
    config: search,
  });
  return { search, expander };
}

/** What a process reward model says of the path to each leaf that a walk ended at: its weakest step. Empty without one. */
async function judgeLeaves(tree: SearchTree, judge: Judge | null): Promise<ReadonlyMap<number, number>> {
  if (judge === null) return new Map();
  const ends = [...new Set(tree.simulations.map(({ path }) => path.at(-1)!))];
  const judged = await judge.judge(ends.map((end) => responseOf(tree, end)));
  return new Map(ends.map((end, i) => [end, weakestStep(judged[i]!)]));
}

function responseOf(tree: SearchTree, end: number): JudgeableResponse {
  const nodes = pathTo(tree, end);
  const promptLength = tree.ids[nodes[0]!]!.length;
  let at = promptLength;
  const steps = nodes.slice(1).map((node) => {
    const start = at;
    at += tree.ids[node]!.length;
    return { token: tree.kind[node]!, start, end: at };
  });
  return { ids: nodes.flatMap((node) => [...tree.ids[node]!]), promptLength, steps };
}

/** A path as text. */
export function pathText(tree: SearchTree, leaf: number, set: TokenSet): string {
  const steps = pathTo(tree, leaf).slice(1);
  return renderSteps(
    steps.map((index) => ({ token: tree.kind[index]!, text: tree.text[index]! })),
    set,
  );
}
