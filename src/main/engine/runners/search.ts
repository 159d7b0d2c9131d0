import type { TreeRecord } from '@contracts/engine-protocol';
import { QuestionRow } from '@contracts/questions';
import { createRng } from '@core/random/rng';
import { createPromptedExpander } from '@core/search/expanders/prompted';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { createSamplesExpander } from '@core/search/expanders/samples';
import type { Expander } from '@core/search/expand';
import { growTree } from '@core/search/mcts';
import type { SearchConfig } from '@core/search/search-config';
import { treeFigures, type SearchTree } from '@core/search/tree';
import { treeRows } from '@core/search/tree-rows';
import { answerVerifier } from '@core/tasks/verifier';
import { createGrammar } from '@core/tokens/grammar';
import type { JobContext, RunnerOutcome } from '../job-context';
import { createGrowthReport } from './growth-report';
import { readJsonl } from './jsonl';
import { openJobModel, type JobModel } from './open-model';
import { loadPromptSet } from './prompt-folder';
import { addTo, workInRounds } from './rounds';

/** Grows a tree for every question; trees of a round grow side by side and share the model's batches. */
export async function runSearch(context: JobContext<'search'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').slice(
    0,
    config.maxQuestions ?? undefined,
  );
  const model = await openJobModel(context, {
    maxRows: config.concurrentTrees * config.concurrentWalks,
    precision: config.decodePrecision,
  });
  const expander = EXPANDERS[config.expander](context, model, config);
  const rng = createRng(config.seed);
  try {
    const { outcome, tally } = await workInRounds(context, {
      items: questions,
      roundSize: config.concurrentTrees,
      work: async (round, first, sums) => {
        model.generator.clearCache();
        const before = { ...model.generator.stats };
        let walks = 0;
        // A report for each round: trees that are whole are forgotten with it.
        const growth = createGrowthReport(
          (trees) => context.showGrowth(trees),
          () => performance.now(),
        );
        const onSimulation = (tree: SearchTree, simulation: number) => {
          growth.onSimulation(tree, simulation);
          walks += 1;
          const done = first + walks / config.numSimulations;
          context.progress({
            phase: 'growing trees',
            done,
            total: questions.length,
            unit: 'trees',
            tokens: model.generator.stats.newTokens,
          });
        };
        const trees = await Promise.all(
          round.map(async (question) => {
            const tree = await growTree(
              { ...question, source: '' },
              {
                config,
                expander,
                verifier: answerVerifier,
                rng: rng.fork(`question:${question.id}`),
                cancel: context.cancel,
                onNode: growth.onNode,
                onSimulation,
              },
            );
            growth.forget(tree);
            await context.commit([treeRecord(tree)]);
            return tree;
          }),
        );
        for (const tree of trees) {
          const figures = treeFigures(tree);
          addTo(sums, 'trees', 1);
          addTo(sums, 'solved', figures.isSolved ? 1 : 0);
          addTo(sums, 'mixed', figures.isSolved && figures.wrongLeaves > 0 ? 1 : 0);
          addTo(sums, 'nodes', figures.nodeCount);
        }
        const { stats } = model.generator;
        addTo(sums, 'tokens', stats.newTokens - before.newTokens);
        addTo(sums, 'prefilledTokens', stats.prefilledTokens - before.prefilledTokens);
        addTo(sums, 'reusedTokens', stats.reusedTokens - before.reusedTokens);
        const done = first + round.length;
        await context.commit([
          {
            type: 'metrics',
            step: done,
            values: { solvedShare: (sums['solved'] ?? 0) / done, nodesPerTree: (sums['nodes'] ?? 0) / done },
          },
        ]);
      },
    });
    if (outcome === 'finished' && (tally['mixed'] ?? 0) === 0) {
      context.log(
        'warning',
        'No tree has both right and wrong answers, so no pair can be made from them. Try other questions, more simulations, or a higher temperature.',
      );
    }
    return { outcome, result: tally };
  } finally {
    await model.dispose();
  }
}

/** Makes the expander that the settings name. */
const EXPANDERS: Readonly<
  Record<SearchConfig['expander'], (context: JobContext<'search'>, model: JobModel, config: SearchConfig) => Expander>
> = {
  prompted: (context, model, config) =>
    createPromptedExpander({ ...model, prompts: loadPromptSet(context.job.promptsFolder, config.promptSet), config }),
  sampled: (_context, model, config) =>
    createSampledExpander({
      ...model,
      maxContext: model.language.config.maxPositions,
      tokens: model.requireTokens(),
      grammar: createGrammar({ rootDirectAnswer: config.rootDirectAnswer, maxDepth: config.maxDepth }),
      config,
    }),
  samples: (_context, model, config) => createSamplesExpander({ ...model, config }),
};

/** A finished tree as the store keeps it. */
export function treeRecord(tree: SearchTree): TreeRecord {
  return {
    type: 'tree',
    questionId: tree.question.id,
    prompt: tree.question.prompt,
    referenceAnswer: tree.question.referenceAnswer,
    nodes: treeRows(tree),
    simulations: tree.simulations.map(({ path, value }) => ({ path: [...path], value })),
    newTokens: treeFigures(tree).newTokens,
  };
}
