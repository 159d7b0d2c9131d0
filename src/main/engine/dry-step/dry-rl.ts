import type { DryPart } from '@contracts/dry-step';
import { QuestionRow } from '@contracts/questions';
import { createRng } from '@core/random/rng';
import type { Question } from '@core/tasks/question';
import { createGrammar } from '@core/tokens/grammar';
import type { RlConfig } from '@core/train/rl/rl-config';
import { exploreIndependently, exploringSearch } from '../runners/explore';
import { readJsonl } from '../runners/jsonl';
import type { JobModel } from '../runners/open-model';
import { drawQuestions } from '../runners/rl';
import { openRl, type OpenedRl } from '../runners/rl-open';
import { tokenSetOf } from '@core/tokens/token-ids';
import { stepOptions } from '../runners/tuning';
import { watchedQuestions } from '../runners/watched-questions';
import { present, type DryContext, type DryStep } from './dry-context';
import { dryRows, drySave, dryUpdates } from './dry-training';
import { dryAnswers, dryTrees, dryWriting } from './dry-writing';

/** Answers to held-out questions are asked for now and then; a glance is enough. */
const ANSWERING_SECONDS = 3;

/** Explores for some seconds, then learns from rows of the length that was found, as an update of the job does. */
export const dryRl: DryStep<'rl'> = async (context) => {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').map((row): Question => ({
    ...row,
    source: '',
  }));
  const { heldOut: heldOutPath } = context.job.inputs;
  const heldOut = heldOutPath === null ? [] : readJsonl(heldOutPath, QuestionRow, 'held-out questions');
  const opened = await openRl(context, questions);
  const { model, trainer } = opened;
  context.opened();
  try {
    const chosen = drawQuestions(questions, config, 0);
    const before = model.generator.stats.newTokens;
    const paths = await EXPLORE[config.exploration](context, model, chosen);
    const written = model.generator.stats.newTokens - before;
    const tokensPerPath = paths === null ? config.maxNewTokens : written / paths.amount;
    const rows = rowsLike(model, config, chosen, tokensPerPath);
    const trained = await dryUpdates(context, {
      trainer,
      rows: rows.slice(0, config.pathsPerUpdate),
      accumulate: (batch) => trainer.accumulate(batch, lossOf(batch, config)),
      options: stepOptions(config, 0, 1, new Set()),
    });
    const read = await dryReading(context, opened, rows);
    const shown = watchedQuestions(heldOut, questions);
    const asked = heldOut.length > 0 && config.evaluateQuestions > shown.length ? heldOut : shown;
    model.generator.clearCache();
    const how = { maxNewTokens: config.maxNewTokens, responsePrefix: config.responsePrefix, constrained: false };
    const answers = await dryAnswers(
      context,
      model,
      how,
      asked.slice(0, Math.max(shown.length, config.evaluateQuestions)),
      ANSWERING_SECONDS,
    );
    const save = await drySave(context, trainer);
    return { parts: present(paths, ...trained, read, answers, save.part), stateBytes: save.stateBytes };
  } finally {
    await opened.dispose();
  }
};

type Explore = (context: DryContext<'rl'>, model: JobModel, questions: readonly Question[]) => Promise<DryPart | null>;

const EXPLORE: Readonly<Record<RlConfig['exploration'], Explore>> = {
  tree: (context, model, questions) => {
    const { config } = context.spec;
    const grammar = createGrammar({ set: tokenSetOf(model.tokenizer), maxDepth: config.maxDepth });
    return dryTrees(context, {
      name: 'paths',
      generator: model.generator,
      questions,
      searchOf: (question) => exploringSearch(model, config, grammar, { ...question, source: '' }),
      rng: createRng(config.seed),
    });
  },
  independent: (context, model, questions) => {
    const { config } = context.spec;
    const grammar = createGrammar({ set: tokenSetOf(model.tokenizer), maxDepth: config.maxDepth });
    return dryWriting(context, {
      name: 'paths',
      generator: model.generator,
      cap: config.maxNewTokens,
      write: (cancel, onPath) =>
        Promise.all(
          questions.map((question) =>
            exploreIndependently({ model, config, grammar, cancel, onPath }, question, createRng(config.seed)),
          ),
        ),
    });
  },
};

interface Row {
  readonly ids: Int32Array;
  readonly weights: Float64Array;
}

/** Rows as long as explored paths are: what a pass costs depends on their lengths, not on what they say. */
function rowsLike(
  { tokenizer, language }: JobModel,
  { pathsPerUpdate, maxNewTokens }: RlConfig,
  questions: readonly Question[],
  tokensPerPath: number,
): Row[] {
  const [first] = tokenizer.encode('1');
  return Array.from({ length: pathsPerUpdate }, (_, i) => {
    const { prompt } = questions[i % questions.length]!;
    const chat = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
    const length = Math.max(2, Math.min(maxNewTokens, Math.round(tokensPerPath)));
    const ids = Int32Array.from([...chat, ...Array.from({ length }, () => first ?? 0)]).slice(
      0,
      language.config.maxPositions,
    );
    return { ids, weights: Float64Array.from(ids, (_id, at) => Number(at >= chat.length)) };
  });
}

/** The loss of an update; its numbers stand for others, its shape is the job's. */
function lossOf(rows: readonly Row[], config: RlConfig) {
  const zeros = rows.map(({ ids }) => new Float32Array(ids.length));
  return {
    kind: 'policy' as const,
    normaliser: rows.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0) || 1,
    oldLogProbs: zeros,
    refLogProbs: zeros,
    advantages: zeros,
    clipLow: config.clipLow,
    clipHigh: config.clipHigh,
    klCoefficient: 0,
    klEstimator: config.klEstimator,
  };
}

/** What the reference and the judge take for a path: each reads all of it. */
async function dryReading(
  context: DryContext<'rl'>,
  { reference, judge }: OpenedRl,
  rows: readonly Row[],
): Promise<DryPart | null> {
  context.phase('reading');
  const work = async (batch: readonly Row[]): Promise<void> => {
    if (reference !== null) await reference.logProbs(batch);
    if (judge !== null) await judge.judge(batch.map(({ ids }) => ({ ids, promptLength: 1, steps: [] })));
  };
  return reference === null && judge === null ? null : dryRows(context, 'readRows', rows, work);
}
