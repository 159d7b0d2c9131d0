import type { PlaygroundQuestion } from '@contracts/playground';
import { consistencyValue, treeAttempts } from '@core/eval/tree-attempts';
import { majorityVote } from '@core/eval/votes';
import { createRng } from '@core/random/rng';
import { createPromptedExpander } from '@core/search/expanders/prompted';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { growTree } from '@core/search/mcts';
import { SearchConfigSchema, type SearchConfig } from '@core/search/search-config';
import { treeFigures } from '@core/search/tree';
import { answerVerifier, compareAnswers } from '@core/tasks/verifier';
import { createGrammar } from '@core/tokens/grammar';
import { tokenSetOf } from '@core/tokens/token-ids';
import { pathText } from '../runners/answer-by-search';
import { createGrowthReport } from '../runners/growth-report';
import { loadPromptSet } from '../runners/prompt-folder';
import type { AnswerContext } from './answer-once';

/** A step of a playground search is no longer than this; the budget of tokens is for a whole path. */
const MAX_STEP_TOKENS = 256;
/** A search at temperature 0 would write the same path again and again. */
const LEAST_TEMPERATURE = 0.3;

/**
 * A tree of answers, shown while it grows. A leaf is worth the share of leaves that agree with it, so the search never looks at the reference
 * answer; that only judges the vote. Guided by the functional tokens where the model has them, by prompts where it has none.
 */
export async function answerByTree(
  context: AnswerContext & { readonly promptsFolder: string },
  question: PlaygroundQuestion,
): Promise<void> {
  const { model, cancel, nowMs, send } = context;
  const startedMs = nowMs();
  const stepTokens = Math.min(MAX_STEP_TOKENS, question.maxNewTokens);
  const config = SearchConfigSchema.parse({
    expander: model.tokens ? 'sampled' : 'prompted',
    promptSet: model.origin.promptSet,
    numSimulations: question.numSimulations,
    maxDepth: question.maxDepth,
    temperature: Math.max(LEAST_TEMPERATURE, question.temperature),
    maxStepTokens: Math.max(4, stepTokens),
    maxAnswerTokens: Math.max(4, stepTokens),
    maxPathTokens: Math.max(32, question.maxNewTokens + model.tokenizer.encode(question.prompt).length * 2),
    children: 'narrow',
    rootDirectAnswer: model.tokens === null,
    seed: question.seed,
  });
  const report = createGrowthReport((trees) => {
    for (const { nodes, simulations } of trees) send({ type: 'grown', nodes, simulations });
  }, nowMs);
  const tree = await growTree(
    { id: 'playground', prompt: question.prompt, referenceAnswer: question.referenceAnswer ?? '', source: '' },
    {
      config,
      expander: createExpander(context, config),
      verifier: answerVerifier,
      rng: createRng(question.seed).fork('playground'),
      cancel,
      leafValue: consistencyValue,
      onNode: report.onNode,
      onSimulation: report.onSimulation,
    },
  );
  report.flush();
  const attempts = [...new Set(treeAttempts(tree).map(({ attempt }) => attempt))];
  const answer = majorityVote(attempts).winner?.answer ?? null;
  const shown = attempts.find((attempt) => attempt.answer === answer) ?? attempts[0];
  const verdict =
    question.referenceAnswer === null || answer === null ? null : compareAnswers(answer, question.referenceAnswer);
  send({
    type: 'finished',
    reason: 'vote',
    text: shown ? pathText(tree, shown.leaf, tokenSetOf(model.tokenizer)) : '',
    answer,
    isRight: question.referenceAnswer === null ? null : (verdict?.equal ?? false),
    why: answer === null ? 'No path came to an answer.' : (verdict?.why ?? ''),
    tokens: treeFigures(tree).newTokens,
    seconds: (nowMs() - startedMs) / 1000,
  });
}

function createExpander({ model, promptsFolder }: AnswerContext & { promptsFolder: string }, config: SearchConfig) {
  if (model.tokens === null)
    return createPromptedExpander({ ...model, prompts: loadPromptSet(promptsFolder, config.promptSet), config });
  return createSampledExpander({
    ...model,
    maxContext: model.language.config.maxPositions,
    tokens: model.tokens,
    grammar: createGrammar({ set: model.tokens.set, maxDepth: config.maxDepth }),
    config,
  });
}
