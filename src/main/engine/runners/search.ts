import type { TreeRecord } from '@contracts/engine-protocol';
import { QuestionRow } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import type { Rng } from '@core/ports';
import { createRng } from '@core/random/rng';
import { createPromptedExpander } from '@core/search/expanders/prompted';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { createSamplesExpander } from '@core/search/expanders/samples';
import type { Expander } from '@core/search/expand';
import { growTree, type SearchContext } from '@core/search/mcts';
import type { SearchConfig } from '@core/search/search-config';
import { treeFigures, type SearchTree } from '@core/search/tree';
import { treeRows } from '@core/search/tree-rows';
import { answerVerifier } from '@core/tasks/verifier';
import { createGrammar } from '@core/tokens/grammar';
import { tokenSetOf } from '@core/tokens/token-ids';
import type { JobContext, RunnerOutcome } from '../job-context';
import { ArithmeticShare } from './arithmetic-share';
import { Forest } from './forest';
import { createGrowthReport, type GrowthReport } from './growth-report';
import { readJsonl } from './jsonl';
import { openExecutor } from './open-executor';
import { openJudge, type Judge } from './open-judge';
import { openPolicy, type Policy } from './open-policy';
import { judgeStep, judgeTree } from './judge-tree';
import { loadPromptSet } from './prompt-folder';
import { memoryWarning, sumsOf, sumsOfTree, warningsOf } from './search-sums';

/**
 * Grows a tree for every question, so many side by side, which share the model's batches. When one is done the next begins; a tree does not depend on
 * its company, so a run that was killed or paused goes on with the very same trees.
 */
export async function runSearch(context: JobContext<'search'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').slice(
    0,
    config.maxQuestions ?? undefined,
  );
  const model = await openPolicy(context, {
    maxRows: config.concurrentTrees * config.concurrentWalks,
    precision: config.decodePrecision,
  });
  let judge: Judge | null = null;
  try {
    judge = await openTreeJudge(context, model);
    const search = new SearchRun(context, model, judge, questions);
    const outcome = await search.grow();
    return { outcome, result: { ...search.sums } };
  } finally {
    await judge?.dispose();
    await model.dispose();
  }
}

/** The process reward model of the job; it computes here, wherever the policy does. */
export async function openTreeJudge(
  context: Pick<JobContext<'search'>, 'job' | 'log' | 'cancel' | 'noteDevice'>,
  model: Policy,
): Promise<Judge | null> {
  if (context.job.judge === null) return null;
  const executor = model.executor ?? (await openExecutor(context));
  return openJudge(context.job.judge, { executor, cancel: context.cancel, vocabulary: null });
}

class SearchRun {
  readonly #context: JobContext<'search'>;
  readonly #model: Policy;
  readonly #judge: Judge | null;
  readonly #questions: readonly QuestionRow[];
  readonly #expander: Expander;
  readonly #forest: Forest;
  readonly #rng: Rng;
  readonly #growth: GrowthReport;
  /** Walks of each tree that is under way. */
  readonly #walks = new Map<number, number>();
  /** Questions, from the first on, that the metrics have told of. */
  #reported = 0;

  constructor(context: JobContext<'search'>, model: Policy, judge: Judge | null, questions: readonly QuestionRow[]) {
    const { config } = context.spec;
    this.#context = context;
    this.#model = model;
    this.#judge = judge;
    this.#questions = questions;
    this.#expander = EXPANDERS[config.expander](context, model, config);
    this.#forest = new Forest(context.stateFolder, (message) => context.log('warning', message));
    this.#rng = createRng(config.seed);
    this.#growth = createGrowthReport(
      (trees) => context.showGrowth(trees),
      () => performance.now(),
    );
  }

  async grow(): Promise<RunnerOutcome['outcome']> {
    const context = this.#context;
    const { done, halfGrown } = this.#forest;
    if (done.size + halfGrown > 0)
      context.log(
        'info',
        `Going on after ${done.size} of ${this.#questions.length}; ${halfGrown} trees are half grown.`,
        { code: 'going-on-trees', values: { done: done.size, total: this.#questions.length, halfGrown } },
      );
    const { executor } = this.#model;
    const share = executor && new ArithmeticShare(executor);
    await this.#report();
    const open = [...this.#questions.keys()].filter((index) => !done.has(index));
    const next = open.values();
    const worker = async (): Promise<void> => {
      for (const index of next) {
        if (context.stopRequested() === 'pause') return;
        await this.#growOne(index);
      }
    };
    try {
      await Promise.all(Array.from({ length: context.spec.config.concurrentTrees }, worker));
    } finally {
      this.#forest.flush();
    }
    const told = share?.describe() ?? null;
    if (told !== null) context.log('info', told);
    if (done.size < this.#questions.length) return 'paused';
    this.#sumUp();
    return 'finished';
  }

  get sums(): Readonly<Record<string, number>> {
    return sumsOf([...this.#forest.done.values()]);
  }

  async #growOne(index: number): Promise<void> {
    const context = this.#context;
    const question = this.#questions[index]!;
    const saved = this.#forest.restore(index, question.id);
    this.#walks.set(index, saved?.startedWalks ?? 0);
    let isPaused = false;
    const { config } = context.spec;
    const judge = this.#judge;
    const tree = await this.#tryToGrow(index, {
      config,
      ...(judge && config.stepValues === 'judge' && { stepValue: (grown, node) => judgeStep(grown, node, judge) }),
      expander: this.#expander,
      verifier: answerVerifier,
      rng: this.#rng.fork(`question:${question.id}`),
      cancel: context.cancel,
      ...(saved && { saved }),
      onNode: this.#growth.onNode,
      onSimulation: (grown, simulation) => {
        this.#growth.onSimulation(grown, simulation);
        this.#noteWalk(index);
      },
      betweenRounds: (save) => {
        isPaused = context.stopRequested() === 'pause';
        this.#forest.keep(index, save, isPaused);
        return !isPaused;
      },
    });
    if (isPaused) return;
    if (tree !== null) {
      this.#growth.forget(tree);
      if (judge) await judgeTree(tree, judge);
      await context.commit([treeRecord(tree)]);
      this.#model.saveUsage();
    }
    this.#forest.finish(index, tree === null ? null : sumsOfTree(tree));
    this.#walks.delete(index);
    await this.#report();
  }

  /** The tree, or null where the question cannot be searched: one of hundreds must not end the run. */
  async #tryToGrow(index: number, search: SearchContext): Promise<SearchTree | null> {
    const question = this.#questions[index]!;
    try {
      return await growTree({ ...question, source: '' }, search);
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.kind !== 'validation') throw error;
      this.#context.log('warning', `Question ${index + 1} (${question.id}) is left out: ${error.message}`, {
        code: 'question-left-out',
        values: { place: index + 1, id: question.id, why: error.message },
      });
      return null;
    }
  }

  #noteWalk(index: number): void {
    this.#walks.set(index, (this.#walks.get(index) ?? 0) + 1);
    const walks = [...this.#walks.values()].reduce((sum, count) => sum + count, 0);
    const { numSimulations } = this.#context.spec.config;
    this.#context.progress({
      phase: 'growing trees',
      done: this.#forest.done.size + walks / numSimulations,
      total: this.#questions.length,
      unit: 'trees',
      tokens: this.#model.generator.stats.newTokens,
    });
  }

  /** Metrics over the first questions, batch by batch: the same points whichever tree was done first. */
  async #report(): Promise<void> {
    const { done } = this.#forest;
    const { concurrentTrees } = this.#context.spec.config;
    for (;;) {
      const step = Math.min(this.#reported + concurrentTrees, this.#questions.length);
      for (let index = this.#reported; index < step; index++) if (!done.has(index)) return;
      if (step === this.#reported) return;
      this.#reported = step;
      const sums = sumsOf(Array.from({ length: step }, (_, index) => done.get(index) ?? null));
      const values = { solvedShare: (sums['solved'] ?? 0) / step, nodesPerTree: (sums['nodes'] ?? 0) / step };
      await this.#context.commit([{ type: 'metrics', step, values }]);
    }
  }

  #sumUp(): void {
    const { prefilledTokens, reusedTokens, closeCalls = 0 } = this.#model.generator.stats;
    const log = this.#context.log.bind(this.#context);
    log(
      'info',
      `${prefilledTokens} tokens of beginnings were computed and ${reusedTokens} taken from memory; ${closeCalls} draws were too close to call and computed once more.`,
      { code: 'tokens-shared', values: { prefilledTokens, reusedTokens, closeCalls } },
    );
    const { stats } = this.#model.generator;
    const memory = memoryWarning(stats);
    if (memory !== null)
      log('warning', memory, {
        code: 'trees-too-large',
        values: {
          bytes: stats.kvBound?.bytes ?? 0,
          tokens: stats.kvBound?.tokens ?? 0,
          dropped: stats.droppedTokens ?? 0,
          prefilledTokens,
        },
      });
    for (const { message, words } of warningsOf(this.sums, this.#questions.length)) log('warning', message, words);
  }
}

/** Makes the expander that the settings name. */
export const EXPANDERS: Readonly<
  Record<
    SearchConfig['expander'],
    (context: Pick<JobContext<'search'>, 'job'>, model: Policy, config: SearchConfig) => Expander
  >
> = {
  prompted: (context, model, config) =>
    createPromptedExpander({ ...model, prompts: loadPromptSet(context.job.promptsFolder, config.promptSet), config }),
  sampled: (_context, model, config) =>
    createSampledExpander({
      ...model,
      maxContext: model.maxPositions,
      tokens: model.requireTokens(),
      grammar: createGrammar({
        set: tokenSetOf(model.tokenizer),
        rootDirectAnswer: config.rootDirectAnswer,
        maxDepth: config.maxDepth,
      }),
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
