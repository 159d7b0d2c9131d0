import type { EvaluationItem } from '@contracts/evaluations';
import type { QuestionRow } from '@contracts/questions';
import type { EvaluateConfig } from '@core/eval/evaluate-config';
import { consistencyValue, treeAttempts } from '@core/eval/tree-attempts';
import { isCovered, majorityVote } from '@core/eval/votes';
import type { CancelToken, Rng } from '@core/ports';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { growTree } from '@core/search/mcts';
import { SearchConfigSchema } from '@core/search/search-config';
import { leaves, pathTo, treeFigures, type SearchTree } from '@core/search/tree';
import { answerVerifier, compareAnswers } from '@core/tasks/verifier';
import type { FunctionalTokenName } from '@core/tokens/functional-tokens';
import { createGrammar } from '@core/tokens/grammar';
import { renderSteps } from '@core/tokens/render';
import type { JobModel } from './open-model';

/** One question answered by a tree: the vote as its answer, and whether any leaf was right. */
export interface SearchedAnswer {
  readonly item: EvaluationItem;
  readonly isCovered: boolean;
}

/**
 * Answers by token-guided search without looking at the right answer: a leaf is worth the share of leaves so far that agree with it, and the
 * majority over distinct leaves is the answer. Coverage, which does look, is reported beside it.
 */
export async function answerBySearch(
  model: JobModel,
  config: EvaluateConfig,
  questions: readonly QuestionRow[],
  rng: Rng,
  cancel: CancelToken,
  onAnswer: () => void,
): Promise<SearchedAnswer[]> {
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
  });
  const expander = createSampledExpander({
    ...model,
    maxContext: model.language.config.maxPositions,
    tokens: model.requireTokens(),
    grammar: createGrammar({ maxDepth: config.maxDepth }),
    config: search,
  });
  return Promise.all(
    questions.map(async (question) => {
      const tree = await growTree(
        { ...question, source: '' },
        {
          config: search,
          expander,
          verifier: answerVerifier,
          rng: rng.fork(`question:${question.id}`),
          cancel,
          leafValue: consistencyValue,
        },
      );
      onAnswer();
      return judge(tree, question);
    }),
  );
}

function judge(tree: SearchTree, question: QuestionRow): SearchedAnswer {
  const attempts = treeAttempts(tree);
  const answer = majorityVote(attempts).winner?.answer ?? null;
  const verdict =
    answer === null
      ? { equal: false, why: 'No path came to an answer.' }
      : compareAnswers(answer, question.referenceAnswer);
  return {
    isCovered: isCovered(attempts),
    item: {
      questionId: question.id,
      prompt: question.prompt,
      referenceAnswer: question.referenceAnswer,
      response: pathText(tree, answer),
      answer,
      isRight: verdict.equal,
      why: verdict.why,
      tokens: treeFigures(tree).newTokens,
    },
  };
}

/** The first path that ends with the answer of the vote, as text. */
function pathText(tree: SearchTree, answer: string | null): string {
  const ends = leaves(tree);
  const leaf =
    ends.find(
      (end) => answer !== null && tree.answer[end] !== null && compareAnswers(tree.answer[end]!, answer).equal,
    ) ?? ends[0];
  if (leaf === undefined) return '';
  const steps = pathTo(tree, leaf).slice(1);
  // Every node but the question carries a functional token.
  return renderSteps(
    steps.map((index) => ({ token: tree.kind[index] as FunctionalTokenName, text: tree.text[index]! })),
  );
}
