import { join } from 'node:path';
import { z } from 'zod';
import type { JobRecord } from '@contracts/engine-protocol';
import { QuestionRow } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { countParameters } from '@core/models/decoder/parameters';
import { learningRateAt } from '@core/optim/schedules';
import { createRng } from '@core/random/rng';
import { shuffled } from '@core/random/shuffle';
import type { Question } from '@core/tasks/question';
import { withTrainerLogProbs } from '@core/train/rl/exact-log-probs';
import { planRlUpdates, rewardTrajectories, type RewardedBatch, type RlUpdate } from '@core/train/rl/rl-batch';
import type { RlConfig } from '@core/train/rl/rl-config';
import { explorationMetrics } from '@core/train/rl/rl-metrics';
import type { Trajectory } from '@core/train/rl/trajectories';
import type { Trainer } from '@core/train/trainer';
import type { JobContext, RunnerOutcome } from '../job-context';
import { answerGreedily } from './answer-greedily';
import { explore } from './explore';
import { readJsonl } from './jsonl';
import { openJobModel, type JobModel } from './open-model';
import { openReference, type Reference } from './reference';
import { restoreTrainerState, saveTrainerState } from './trainer-state';
import { stepOptions, trainerSettings } from './tuning';
import { writeTrained } from './write-trained';

const Progress = z.object({
  iteration: z.number().int(),
  update: z.number().int(),
  tokens: z.number(),
  paths: z.number().int(),
  /** Held-out accuracy at the start and at its best; null before it was measured. */
  firstAccuracy: z.number().nullable(),
  bestAccuracy: z.number().nullable(),
  lastAccuracy: z.number().nullable(),
});
type Progress = z.infer<typeof Progress>;

/** What a chat template puts around a question, at most. */
const TEMPLATE_TOKENS = 64;
/** Questions whose answers are shown on the run page as the model changes. */
const SAMPLE_QUESTIONS = 4;

interface Stage {
  readonly context: JobContext<'rl'>;
  readonly config: RlConfig;
  readonly model: JobModel;
  readonly reference: Reference | null;
  readonly trainer: Trainer;
  readonly questions: readonly Question[];
  readonly heldOut: readonly QuestionRow[];
  readonly progress: Progress;
}

/** Reinforcement learning: explore, reward, update, again; from the saved iteration where the run was interrupted. */
export async function runRl(context: JobContext<'rl'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions')
    .slice(0, config.maxQuestions ?? undefined)
    .map((row): Question => ({ ...row, source: '' }));
  if (questions.length === 0)
    throw new WorkbenchError('precondition', 'The question set is empty.', {
      code: 'no-questions',
      wayOut: 'Choose another question set.',
    });
  const heldOut =
    context.job.inputs.heldOut === null
      ? []
      : readJsonl(context.job.inputs.heldOut, QuestionRow, 'held-out questions').slice(0, config.evaluateQuestions);
  const model = await openJobModel(context, {
    maxRows: config.questionsPerIteration * config.pathsPerQuestion,
    precision: config.decodePrecision,
  });
  const tokens = model.requireTokens();
  // Before the state is restored: the reference is the model that RL began with.
  const { config: modelConfig } = model.language;
  const hasReference = config.klCoefficient > 0;
  const settings = trainerSettings(context, config, {
    model: modelConfig,
    newRows: tokens.all,
    rowTokens: Math.min(modelConfig.maxPositions, longestPrompt(model, questions) + config.maxNewTokens),
    loss: `policy-${config.klEstimator}`,
    besides: hasReference ? 4 * countParameters(modelConfig) : 0,
  });
  const reference = hasReference ? await openReference(context, model.executor, settings.maxTokensPerMicroBatch) : null;
  const trainer = await model.language.createTrainer(settings);
  try {
    const saved = await restoreTrainerState(context.stateFolder, trainer, Progress);
    const progress = saved ?? {
      iteration: 0,
      update: 0,
      tokens: 0,
      paths: 0,
      firstAccuracy: null,
      bestAccuracy: null,
      lastAccuracy: null,
    };
    const stage: Stage = { context, config, model, reference, trainer, questions, heldOut, progress };
    if (saved) context.log('info', `Going on after iteration ${progress.iteration} of ${config.iterations}.`);
    else await measure(stage);
    while (progress.iteration < config.iterations) {
      context.cancel.throwIfAborted();
      if (context.stopRequested() === 'pause') {
        await saveTrainerState(context.stateFolder, trainer, progress);
        return { outcome: 'paused', result: resultOf(progress) };
      }
      await iterate(stage);
      const isLast = progress.iteration === config.iterations;
      if (isLast || progress.iteration % config.evaluateEvery === 0) await measure(stage);
      if (isLast || progress.iteration % config.checkpointEvery === 0)
        await saveTrainerState(context.stateFolder, trainer, progress);
    }
    await context.commit([
      await writeTrained(context, model, trainer, {
        step: progress.iteration,
        name: `${model.origin.name}, explored`,
        isFinal: true,
        folder: join(context.outputFolder, 'final'),
      }),
    ]);
    return { outcome: 'finished', result: resultOf(progress) };
  } finally {
    await trainer.dispose();
    await reference?.dispose();
    await model.dispose();
  }
}

/** Tokens of the longest question as the model reads it, roughly: what a template adds is a few dozen. */
function longestPrompt(model: JobModel, questions: readonly Question[]): number {
  const text = questions.reduce((longest, { prompt }) => (prompt.length > longest.length ? prompt : longest), '');
  return model.tokenizer.encode(text).length + TEMPLATE_TOKENS;
}

/** One iteration: explore some questions, reward the paths, update the model. */
async function iterate(stage: Stage): Promise<void> {
  const { context, config, model, questions, progress } = stage;
  const rng = createRng(config.seed).fork(`iteration:${progress.iteration}`);
  const chosen = drawQuestions(questions, config, progress.iteration);
  const newTokensBefore = model.generator.stats.newTokens;
  // A step has changed the weights since: nothing of the cache holds.
  model.generator.clearCache();
  let explored = 0;
  const written = await explore(model, config, chosen, rng, context.cancel, () => {
    explored += 1;
    const done = progress.iteration + (0.7 * explored) / chosen.length;
    context.progress({
      phase: 'exploring',
      done,
      total: config.iterations,
      unit: 'iterations',
      tokens: model.generator.stats.newTokens,
    });
  });
  // What fp32 generation noted is the training graph's to 2e-5; what coarser weights noted is another model's.
  const { trajectories, gap } =
    config.decodePrecision === 'fp32'
      ? { trajectories: written, gap: null }
      : withTrainerLogProbs(written, await stage.trainer.logProbs(written));
  const batch = rewardTrajectories(trajectories, config);
  const values: Record<string, number> = {
    ...explorationMetrics(trajectories, batch),
    ...gap,
    rewardStd: spreadOfRewards(batch),
  };
  if (batch.paths.length === 0) {
    context.log(
      'warning',
      `Iteration ${progress.iteration + 1} taught nothing: every question had all its paths right, or all wrong.`,
    );
  } else {
    Object.assign(values, await learn(stage, batch, rng.fork('updates').integer(2 ** 31)));
  }
  progress.iteration += 1;
  progress.paths += trajectories.length;
  progress.tokens += model.generator.stats.newTokens - newTokensBefore;
  await context.commit([
    { type: 'metrics', step: progress.iteration, values },
    ...sampleRecords(trajectories, batch, chosen, progress.iteration),
  ]);
  context.progress({
    phase: 'exploring',
    done: progress.iteration,
    total: config.iterations,
    unit: 'iterations',
    tokens: model.generator.stats.newTokens,
  });
}

/** The updates of an iteration; returns what the charts show of them. */
async function learn(
  { config, model, reference, trainer, progress }: Stage,
  batch: RewardedBatch,
  seed: number,
): Promise<Record<string, number>> {
  const rows = batch.paths.map(({ trajectory }) => ({ ids: trajectory.ids }));
  const refLogProbs = reference === null ? [] : await reference.logProbs(rows);
  const updates = planRlUpdates(batch, refLogProbs, config, createRng(seed));
  const sums = { loss: 0, clippedShare: 0, gradNorm: 0, learningRate: 0 };
  for (const update of updates) {
    const { loss, policy } = await trainer.accumulate(update.rows, policyLoss(update));
    const learningRate = rateAt(config, progress.update, updates.length);
    const { gradNorm } = await trainer.step(stepOptions(config, learningRate, 1, new Set()));
    progress.update += 1;
    sums.loss += loss / updates.length;
    sums.clippedShare += (policy?.clippedFraction ?? 0) / updates.length;
    sums.gradNorm += gradNorm / updates.length;
    sums.learningRate = learningRate;
  }
  model.generator.clearCache();
  return {
    policyLoss: sums.loss,
    clippedShare: sums.clippedShare,
    gradNorm: sums.gradNorm,
    learningRate: sums.learningRate,
    ...(reference !== null && { kl: meanDivergence(batch, refLogProbs) }),
  };
}

function policyLoss(update: RlUpdate) {
  const { normaliser, oldLogProbs, refLogProbs, advantages, clipLow, clipHigh, klCoefficient, klEstimator } = update;
  return {
    kind: 'policy' as const,
    normaliser,
    oldLogProbs,
    refLogProbs,
    advantages,
    clipLow,
    clipHigh,
    klCoefficient,
    klEstimator,
  };
}

/** The rate of an update; the number of updates to come is reckoned from this iteration's. */
function rateAt(config: RlConfig, update: number, updatesPerIteration: number): number {
  const totalUpdates = config.iterations * updatesPerIteration;
  const warmupUpdates = Math.max(config.warmupUpdates, Math.round(config.warmupShare * totalUpdates));
  return learningRateAt(Math.min(update, totalUpdates - 1), {
    kind: config.schedule,
    rate: config.learningRate,
    warmupUpdates,
    totalUpdates,
    finalShare: config.finalRateShare,
  });
}

/** Mean of the k3 estimate over the sampled tokens, nats: what the charts call KL whatever the loss uses. */
function meanDivergence(batch: RewardedBatch, refLogProbs: readonly ArrayLike<number>[]): number {
  let sum = 0;
  let count = 0;
  batch.paths.forEach(({ trajectory }, path) => {
    trajectory.weights.forEach((weight, at) => {
      if (weight === 0) return;
      const d = trajectory.oldLogProbs[at]! - refLogProbs[path]![at]!;
      sum += Math.exp(-d) - 1 + d;
      count += 1;
    });
  });
  return count === 0 ? 0 : sum / count;
}

function spreadOfRewards(batch: RewardedBatch): number {
  const rewards = batch.paths.map(({ reward }) => reward.score + reward.steps.reduce((a, b) => a + b, 0));
  const mean = rewards.reduce((a, b) => a + b, 0) / Math.max(1, rewards.length);
  return Math.sqrt(rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / Math.max(1, rewards.length));
}

/** Every question comes once before any comes again; which ones an iteration gets depends on the seed and its number alone. */
function drawQuestions(questions: readonly Question[], config: RlConfig, iteration: number): Question[] {
  const from = iteration * config.questionsPerIteration;
  const orders = new Map<number, readonly Question[]>();
  return Array.from({ length: Math.min(config.questionsPerIteration, questions.length) }, (_, i) => {
    const epoch = Math.floor((from + i) / questions.length);
    const order = orders.get(epoch) ?? shuffled(questions, createRng(config.seed).fork(`epoch:${epoch}`));
    orders.set(epoch, order);
    return order[(from + i) % questions.length]!;
  });
}

/** Accuracy on the held-out questions, and a few of the answers. */
async function measure({ context, config, model, heldOut, progress }: Stage): Promise<void> {
  if (heldOut.length === 0) return;
  model.generator.clearCache();
  const items = await answerGreedily(
    model,
    { maxNewTokens: config.maxNewTokens, responsePrefix: '', constrained: false },
    heldOut,
    context.cancel,
    () => undefined,
  );
  const accuracy = items.filter((item) => item.isRight).length / items.length;
  progress.firstAccuracy ??= accuracy;
  progress.bestAccuracy = Math.max(progress.bestAccuracy ?? 0, accuracy);
  progress.lastAccuracy = accuracy;
  const samples = items
    .slice(0, SAMPLE_QUESTIONS)
    .map(({ questionId, prompt, referenceAnswer, response, isRight }): JobRecord => ({
      type: 'sample',
      sample: {
        step: progress.iteration,
        questionId,
        prompt,
        referenceAnswer,
        text: response,
        isRight,
        reward: null,
        rewardParts: {},
      },
    }));
  await context.commit([
    { type: 'metrics', step: progress.iteration, values: { heldOutAccuracy: accuracy } },
    ...samples,
  ]);
}

/** One explored path of the first question of the iteration, with the parts of its reward. */
function sampleRecords(
  trajectories: readonly Trajectory[],
  batch: RewardedBatch,
  chosen: readonly Question[],
  step: number,
): JobRecord[] {
  const rewarded = batch.paths[0];
  const trajectory = rewarded?.trajectory ?? trajectories[0];
  const question = chosen.find(({ id }) => id === trajectory?.questionId);
  if (!trajectory || !question) return [];
  const stepSum = rewarded?.reward.steps.reduce((a, b) => a + b, 0) ?? 0;
  return [
    {
      type: 'sample',
      sample: {
        step,
        questionId: question.id,
        prompt: question.prompt,
        referenceAnswer: question.referenceAnswer,
        text: trajectory.text,
        isRight: trajectory.isRight,
        reward: rewarded ? rewarded.reward.score + stepSum : null,
        rewardParts: rewarded
          ? { outcome: rewarded.outcome, steps: stepSum, penalties: rewarded.reward.score - rewarded.outcome }
          : {},
      },
    },
  ];
}

function resultOf(progress: Progress) {
  return {
    iterations: progress.iteration,
    updates: progress.update,
    paths: progress.paths,
    heldOutAccuracyBefore: progress.firstAccuracy,
    heldOutAccuracyAfter: progress.lastAccuracy,
    tokens: progress.tokens,
  };
}
