import type { DryPart } from '@contracts/dry-step';
import { QuestionRow } from '@contracts/questions';
import type { EvaluateConfig } from '@core/eval/evaluate-config';
import { consistencyValue } from '@core/eval/tree-attempts';
import { createRng } from '@core/random/rng';
import { answerBySamples } from '../runners/answer-by-samples';
import { answeringSearch, judgedValue } from '../runners/answer-by-search';
import { readJsonl } from '../runners/jsonl';
import { openJudge, type Judge } from '../runners/open-judge';
import { openJobModel, type JobModel } from '../runners/open-model';
import { present, type DryContext, type DryStep } from './dry-context';
import { dryAnswers, dryTrees, dryWriting } from './dry-writing';

type Part = (
  context: DryContext<'evaluate'>,
  model: JobModel,
  questions: readonly QuestionRow[],
  judge: Judge | null,
) => Promise<DryPart | null>;

const greedily: Part = (context, model, questions) => dryAnswers(context, model, context.spec.config, questions);

const byTree: Part = (context, model, questions, judge) => {
  const { config } = context.spec;
  const one = answeringSearch(model, config);
  return dryTrees(context, {
    name: 'tries',
    generator: model.generator,
    questions,
    searchOf: () => one,
    rng: createRng(config.seed),
    values: { leafValue: judge && config.leafValues === 'judge' ? judgedValue(judge) : consistencyValue },
  });
};

const bySamples: Part = (context, model, questions, judge) => {
  const { config } = context.spec;
  return dryWriting(context, {
    name: 'tries',
    generator: model.generator,
    cap: config.maxNewTokens,
    write: (cancel, onEnd) => {
      const onAnswer = (): void => {
        for (let i = 0; i < config.numSimulations; i++) onEnd();
      };
      return answerBySamples(model, config, questions, createRng(config.seed), cancel, onAnswer, judge);
    },
  });
};

const PARTS: Readonly<Record<EvaluateConfig['mode'], readonly Part[]>> = {
  greedy: [greedily],
  search: [byTree],
  both: [greedily, byTree],
  samples: [bySamples],
};

/** Answers as many questions side by side as the job does, in each of its ways, for some seconds each. */
export const dryEvaluate: DryStep<'evaluate'> = async (context) => {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').slice(
    0,
    Math.min(config.maxQuestions ?? Number.POSITIVE_INFINITY, config.concurrentQuestions),
  );
  const model = await openJobModel(context, {
    maxRows: config.concurrentQuestions * (config.mode === 'samples' ? config.numSimulations : 1),
    precision: config.decodePrecision,
  });
  let judge: Judge | null = null;
  try {
    judge = await openJudge(context.job.judge, {
      executor: model.executor,
      cancel: context.cancel,
      vocabulary: model.tokenizer.size,
    });
    context.opened();
    const parts: (DryPart | null)[] = [];
    for (const part of PARTS[config.mode]) {
      model.generator.clearCache();
      parts.push(await part(context, model, questions, judge));
    }
    return { parts: present(...parts) };
  } finally {
    await judge?.dispose();
    await model.dispose();
  }
};
