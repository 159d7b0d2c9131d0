import { QuestionRow } from '@contracts/questions';
import type { EvaluationItem } from '@contracts/evaluations';
import { createRng } from '@core/random/rng';
import { wilsonInterval } from '@core/eval/wilson';
import type { JobContext, RunnerOutcome } from '../job-context';
import { answerGreedily } from './answer-greedily';
import { answerBySearch } from './answer-by-search';
import { readJsonl } from './jsonl';
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
    maxRows: config.concurrentQuestions,
    precision: config.decodePrecision,
  });
  const rng = createRng(config.seed);
  const startedMs = performance.now();
  try {
    const { outcome, tally } = await workInRounds(context, {
      items: questions,
      roundSize: config.concurrentQuestions,
      work: async (round, first, sums) => {
        const roundStartedMs = performance.now();
        // Bit for bit the same after a kill: a round never sees what another one left in the cache.
        model.generator.clearCache();
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
        if (config.mode !== 'search')
          addGreedy(
            sums,
            await commitGreedy(context, await answerGreedily(model, config, round, context.cancel, onAnswer)),
          );
        if (config.mode !== 'greedy') {
          const found = await answerBySearch(
            model,
            config,
            round,
            rng,
            context.cancel,
            config.mode === 'search' ? onAnswer : () => undefined,
          );
          if (config.mode === 'search')
            await context.commit(found.map(({ item }) => ({ type: 'evaluationItem', item })));
          for (const each of found) {
            addTo(sums, 'searchTokens', each.item.tokens);
            addTo(sums, 'covered', each.isCovered ? 1 : 0);
            addTo(sums, 'voted', each.item.isRight ? 1 : 0);
          }
        }
        addTo(sums, 'answered', round.length);
        addTo(sums, 'seconds', (performance.now() - roundStartedMs) / 1000);
      },
    });
    if (outcome === 'paused') return { outcome, result: resultOf(context, tally) };
    await context.commit([evaluationRecord(context, tally)]);
    context.log(
      'info',
      `Answered ${tally['answered'] ?? 0} questions in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`,
    );
    return { outcome, result: resultOf(context, tally) };
  } finally {
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

function evaluationRecord(context: JobContext<'evaluate'>, tally: Tally) {
  const { config } = context.spec;
  const answered = tally['answered'] ?? 0;
  const share = (name: string) => wilsonInterval(tally[name] ?? 0, answered, config.confidence);
  const bySearch = config.mode !== 'greedy';
  return {
    type: 'evaluation' as const,
    mode: config.mode === 'search' ? ('search' as const) : ('greedy' as const),
    plainPrompt: config.responsePrefix,
    accuracy: share(config.mode === 'search' ? 'voted' : 'right'),
    coverage: bySearch ? share('covered') : null,
    vote: bySearch ? share('voted') : null,
    budget: bySearch ? config.numSimulations : 1,
    tokensPerAnswer: (tally[config.mode === 'search' ? 'searchTokens' : 'greedyTokens'] ?? 0) / Math.max(1, answered),
    seconds: tally['seconds'] ?? 0,
  };
}

function resultOf(context: JobContext<'evaluate'>, tally: Tally) {
  const answered = tally['answered'] ?? 0;
  const right = context.spec.config.mode === 'search' ? 'voted' : 'right';
  return {
    questions: answered,
    accuracy: answered === 0 ? 0 : (tally[right] ?? 0) / answered,
    withoutAnswer: tally['withoutAnswer'] ?? 0,
    tokens: (tally['greedyTokens'] ?? 0) + (tally['searchTokens'] ?? 0),
  };
}
