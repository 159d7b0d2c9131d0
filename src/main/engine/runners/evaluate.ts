import { QuestionRow } from '@contracts/questions';
import type { EvaluationItem } from '@contracts/evaluations';
import type { EvaluateConfig } from '@core/eval/evaluate-config';
import { createRng } from '@core/random/rng';
import { wilsonInterval } from '@core/eval/wilson';
import type { JobContext, RunnerOutcome } from '../job-context';
import { answerBySamples } from './answer-by-samples';
import { answerBySearch } from './answer-by-search';
import { answerGreedily } from './answer-greedily';
import { addCurve, curveRecords } from './judge-attempts';
import { HalfGrownTrees } from './half-grown-trees';
import { readJsonl } from './jsonl';
import { openJudge } from './open-judge';
import { openJobModel } from './open-model';
import { addTo, workInRounds, type Tally } from './rounds';

/** Answers every question of a set and stores each response with its verdict, then the share that is right. */
export async function runEvaluate(context: JobContext<'evaluate'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').slice(
    0,
    config.maxQuestions ?? undefined,
  );
  const model = await openJobModel(context, {
    maxRows: config.concurrentQuestions * (config.mode === 'samples' ? config.numSimulations : 1),
    precision: config.decodePrecision,
  });
  const judge = await openJudge(context.job.judge, {
    executor: model.executor,
    cancel: context.cancel,
    vocabulary: model.tokenizer.size,
  });
  const rng = createRng(config.seed);
  const trees = new HalfGrownTrees(context.stateFolder, (message) => context.log('warning', message));
  if (trees.names.length > 0)
    context.log('info', `${trees.names.length} trees are half grown.`, {
      code: 'half-grown',
      values: { count: trees.names.length },
    });
  const startedMs = performance.now();
  try {
    const { outcome, tally } = await workInRounds(context, {
      items: questions,
      roundSize: config.concurrentQuestions,
      onRoundSaved: () => trees.names.forEach((name) => trees.forget(name)),
      work: async (round, first, sums) => {
        const roundStartedMs = performance.now();
        // Bit for bit the same after a kill: a round never sees what another one left in the cache.
        model.generator.clearCache();
        const before = { ...model.generator.stats };
        let finished = 0;
        const onAnswer = () => {
          finished += 1;
          context.progress({
            phase: 'answering questions',
            done: first + finished,
            total: questions.length,
            unit: 'questions',
            tokens: model.generator.stats.newTokens,
          });
        };
        const { greedy, several } = PARTS[config.mode];
        const isSeveralShown = !greedy;
        if (greedy)
          addGreedy(
            sums,
            await commitGreedy(context, await answerGreedily(model, config, round, context.cancel, onAnswer)),
          );
        if (several !== null) {
          const onSeveral = isSeveralShown ? onAnswer : () => undefined;
          const found = await several(model, config, round, rng, context.cancel, onSeveral, judge, { trees, first });
          if (isSeveralShown) await context.commit(found.map(({ item }) => ({ type: 'evaluationItem', item })));
          for (const { item, curve } of found) {
            addTo(sums, 'severalTokens', item.tokens);
            addTo(sums, 'covered', curve.at(-1)?.isCovered ? 1 : 0);
            addTo(sums, 'voted', item.isRight ? 1 : 0);
            addCurve(sums, curve);
          }
        }
        const { stats } = model.generator;
        addTo(sums, 'prefilledTokens', stats.prefilledTokens - before.prefilledTokens);
        addTo(sums, 'reusedTokens', stats.reusedTokens - before.reusedTokens);
        addTo(sums, 'answered', round.length);
        addTo(sums, 'seconds', (performance.now() - roundStartedMs) / 1000);
      },
    });
    if (outcome === 'paused') return { outcome, result: resultOf(context, tally) };
    await context.commit([evaluationRecord(context, tally), ...curveRecords(tally, tally['answered'] ?? 0)]);
    context.log(
      'info',
      `Answered ${tally['answered'] ?? 0} questions in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`,
      {
        code: 'answered',
        values: { count: tally['answered'] ?? 0, seconds: Math.round((performance.now() - startedMs) / 100) / 10 },
      },
    );
    return { outcome, result: resultOf(context, tally) };
  } finally {
    await judge?.dispose();
    await model.dispose();
  }
}

async function commitGreedy(
  context: JobContext<'evaluate'>,
  items: readonly EvaluationItem[],
): Promise<readonly EvaluationItem[]> {
  await context.commit(items.map((item) => ({ type: 'evaluationItem', item })));
  return items;
}

function addGreedy(tally: Tally, items: readonly EvaluationItem[]): void {
  for (const item of items) {
    addTo(tally, 'right', item.isRight ? 1 : 0);
    addTo(tally, 'greedyTokens', item.tokens);
    addTo(tally, 'withoutAnswer', item.answer === null ? 1 : 0);
  }
}

interface Parts {
  /** Whether each question gets one answer without chance; its items are what is stored then. */
  readonly greedy: boolean;
  /** Several answers and a choice among them, or nothing. */
  readonly several: typeof answerBySearch | null;
  /** What the stored accuracy is of. */
  readonly shown: 'greedy' | 'search' | 'samples';
}

/** What each mode does. */
const PARTS: Readonly<Record<EvaluateConfig['mode'], Parts>> = {
  greedy: { greedy: true, several: null, shown: 'greedy' },
  search: { greedy: false, several: answerBySearch, shown: 'search' },
  both: { greedy: true, several: answerBySearch, shown: 'greedy' },
  samples: { greedy: false, several: answerBySamples, shown: 'samples' },
};

function evaluationRecord(context: JobContext<'evaluate'>, tally: Tally) {
  const { config } = context.spec;
  const { greedy, several, shown } = PARTS[config.mode];
  const answered = tally['answered'] ?? 0;
  const share = (name: string) => wilsonInterval(tally[name] ?? 0, answered, config.confidence);
  return {
    type: 'evaluation' as const,
    mode: shown,
    plainPrompt: config.responsePrefix,
    accuracy: share(greedy ? 'right' : 'voted'),
    coverage: several === null ? null : share('covered'),
    vote: several === null ? null : share('voted'),
    budget: several === null ? 1 : config.numSimulations,
    tokensPerAnswer: (tally[greedy ? 'greedyTokens' : 'severalTokens'] ?? 0) / Math.max(1, answered),
    seconds: tally['seconds'] ?? 0,
  };
}

function resultOf(context: JobContext<'evaluate'>, tally: Tally) {
  const answered = tally['answered'] ?? 0;
  const right = PARTS[context.spec.config.mode].greedy ? 'right' : 'voted';
  return {
    questions: answered,
    accuracy: answered === 0 ? 0 : (tally[right] ?? 0) / answered,
    withoutAnswer: tally['withoutAnswer'] ?? 0,
    tokens: (tally['greedyTokens'] ?? 0) + (tally['severalTokens'] ?? 0),
    prefilledTokens: tally['prefilledTokens'] ?? 0,
    reusedTokens: tally['reusedTokens'] ?? 0,
  };
}
