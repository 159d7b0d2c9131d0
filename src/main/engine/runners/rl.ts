import { join } from 'node:path';
import { tokenSetOf } from '@core/tokens/token-ids';
import type { JobRecord } from '@contracts/engine-protocol';
import { QuestionRow } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { createRng } from '@core/random/rng';
import { shuffled } from '@core/random/shuffle';
import type { Question } from '@core/tasks/question';
import { withTrainerLogProbs } from '@core/train/rl/exact-log-probs';
import { isRewardError } from '@core/rewards/reward-error';
import { NEW_GUARD } from '@core/train/guard/guard';
import { rewardTrajectories } from '@core/train/rl/rl-batch';
import type { RlConfig } from '@core/train/rl/rl-config';
import { explorationMetrics } from '@core/train/rl/rl-metrics';
import { isAllCut, neverCloses, PATIENCE } from '@core/train/rl/stuck';
import type { Trajectory } from '@core/train/rl/trajectories';
import type { JobContext, RunnerOutcome } from '../job-context';
import { explore, forgetTrees } from './explore';
import { guardedMetrics, guardedWork, wantsPause } from './guarding';
import { HalfGrownTrees } from './half-grown-trees';
import { readJsonl } from './jsonl';
import type { Judge } from './open-judge';
import { learn } from './rl-learn';
import { measure, sampleRecords } from './rl-measure';
import { openRl } from './rl-open';
import { RlProgress, type RlStage } from './rl-stage';
import { restoreTrainerState, saveTrainerState } from './trainer-state';
import { watchedQuestions } from './watched-questions';
import { writeTrained } from './write-trained';

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
  const allHeldOut =
    context.job.inputs.heldOut === null ? [] : readJsonl(context.job.inputs.heldOut, QuestionRow, 'held-out questions');
  const heldOut = allHeldOut.slice(0, config.evaluateQuestions);
  const opened = await openRl(context, questions);
  const { model, reference, judge, trainer } = opened;
  try {
    const saved = await restoreTrainerState(context.stateFolder, trainer, RlProgress);
    const progress = saved ?? {
      iteration: 0,
      update: 0,
      tokens: 0,
      paths: 0,
      firstAccuracy: null,
      bestAccuracy: null,
      lastAccuracy: null,
      klCoefficient: null,
      cutIterations: 0,
      cutAnswers: 0,
      bestStep: null,
      guard: NEW_GUARD,
    };
    const watched = watchedQuestions(allHeldOut, questions);
    const trees = new HalfGrownTrees(context.stateFolder, (message) => context.log('warning', message));
    const stage: RlStage = {
      ...{ context, config, model, reference, judge, trainer, questions, heldOut, watched, progress, trees },
    };
    const halfGrown = trees.names.length;
    if (saved !== null || halfGrown > 0)
      context.log(
        'info',
        `Going on after iteration ${progress.iteration} of ${config.iterations}; ${halfGrown} trees are half grown.`,
        {
          code: 'going-on-trees',
          values: { done: progress.iteration, total: config.iterations, halfGrown },
        },
      );
    if (saved === null) await measure(stage);
    while (progress.iteration < config.iterations) {
      context.cancel.throwIfAborted();
      if (context.stopRequested() === 'pause') {
        await saveTrainerState(context.stateFolder, trainer, progress);
        return { outcome: 'paused', result: resultOf(progress) };
      }
      if (context.stopRequested() === 'finish') {
        context.log('info', `Ended early on request, after iteration ${progress.iteration} of ${config.iterations}.`, {
          code: 'ended-early',
          values: { done: progress.iteration, total: config.iterations },
        });
        await measure(stage);
        break;
      }
      const said = await guardedWork(context, progress.iteration + 1, () => keepOnFailure(stage, () => iterate(stage)));
      const isLast = progress.iteration === config.iterations;
      if (isLast || progress.iteration % config.evaluateEvery === 0) said.push(...(await measure(stage)));
      const isHalted = !isLast && wantsPause(context, said);
      if (isLast || isHalted || progress.iteration % config.checkpointEvery === 0)
        await saveTrainerState(context.stateFolder, trainer, progress);
      if (isHalted) return { outcome: 'paused', result: resultOf(progress) };
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
    await opened.dispose();
  }
}

/** Saves the iterations that are done when a reward cannot be used: no weight has been touched since. */
async function keepOnFailure<T>({ context, trainer, progress }: RlStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRewardError(error) && progress.iteration > 0) await saveTrainerState(context.stateFolder, trainer, progress);
    throw error;
  }
}

/** One iteration: explore some questions, reward the paths, update the model. Returns the records that it has committed. */
async function iterate(stage: RlStage): Promise<JobRecord[]> {
  const { context, config, model, questions, progress, trees } = stage;
  const kept = { trees, iteration: progress.iteration, restoredTokens: 0 };
  const rng = createRng(config.seed).fork(`iteration:${progress.iteration}`);
  const chosen = drawQuestions(questions, config, progress.iteration);
  const newTokensBefore = model.generator.stats.newTokens;
  // A step has changed the weights since: nothing of the cache holds.
  model.generator.clearCache();
  let explored = 0;
  const onQuestion = () => {
    explored += 1;
    const done = progress.iteration + (0.7 * explored) / chosen.length;
    context.progress({
      phase: 'exploring',
      done,
      total: config.iterations,
      unit: 'iterations',
      tokens: model.generator.stats.newTokens,
    });
  };
  const written = await explore(model, config, chosen, rng, context.cancel, onQuestion, kept);
  // What fp32 generation noted is the training graph's to 2e-5; what coarser weights noted is another model's.
  const { trajectories, gap } =
    config.decodePrecision === 'fp32'
      ? { trajectories: written, gap: null }
      : withTrainerLogProbs(written, await stage.trainer.logProbs(written));
  watchEnds(stage, trajectories);
  const batch = rewardTrajectories(trajectories, config, await judgePaths(stage.judge, trajectories));
  const values: Record<string, number> = {
    ...explorationMetrics(trajectories, batch, tokenSetOf(stage.model.tokenizer)),
    ...gap,
  };
  if (batch.paths.length === 0) {
    context.log(
      'warning',
      `Iteration ${progress.iteration + 1} taught nothing: every question had all its paths right, or all wrong.`,
      { code: 'taught-nothing', values: { iteration: progress.iteration + 1 } },
    );
  } else {
    Object.assign(values, await learn(stage, batch, rng.fork('updates').integer(2 ** 31)));
  }
  progress.iteration += 1;
  progress.paths += trajectories.length;
  progress.tokens += model.generator.stats.newTokens - newTokensBefore + kept.restoredTokens;
  const records = guardedMetrics(context, progress, progress.iteration, values);
  await context.commit([...records, ...sampleRecords(trajectories, batch, chosen, progress.iteration)]);
  forgetTrees(kept);
  context.progress({
    phase: 'exploring',
    done: progress.iteration,
    total: config.iterations,
    unit: 'iterations',
    tokens: model.generator.stats.newTokens,
  });
  return records;
}

/** @throws WorkbenchError `never-closes` when no answer has come to an end for some iterations */
function watchEnds({ config, progress }: RlStage, trajectories: readonly Trajectory[]): void {
  const isCut = isAllCut(trajectories);
  progress.cutIterations = isCut ? progress.cutIterations + 1 : 0;
  progress.cutAnswers = isCut ? progress.cutAnswers + trajectories.length : 0;
  if (progress.cutIterations >= PATIENCE) throw neverCloses(progress.cutAnswers, config);
}

/** What the process reward model says of each path; nothing where there is none. */
async function judgePaths(
  judge: Judge | null,
  trajectories: readonly Trajectory[],
): Promise<ReadonlyMap<Trajectory, readonly number[]> | undefined> {
  if (judge === null) return undefined;
  const judged = await judge.judge(trajectories);
  return new Map(trajectories.map((trajectory, i) => [trajectory, judged[i]!]));
}

/** Every question comes once before any comes again; which ones an iteration gets depends on the seed and its number alone. */
export function drawQuestions(questions: readonly Question[], config: RlConfig, iteration: number): Question[] {
  const from = iteration * config.questionsPerIteration;
  const orders = new Map<number, readonly Question[]>();
  return Array.from({ length: Math.min(config.questionsPerIteration, questions.length) }, (_, i) => {
    const epoch = Math.floor((from + i) / questions.length);
    const order = orders.get(epoch) ?? shuffled(questions, createRng(config.seed).fork(`epoch:${epoch}`));
    orders.set(epoch, order);
    return order[(from + i) % questions.length]!;
  });
}

function resultOf(progress: RlProgress) {
  return {
    iterations: progress.iteration,
    updates: progress.update,
    paths: progress.paths,
    heldOutAccuracyBefore: progress.firstAccuracy,
    heldOutAccuracyAfter: progress.lastAccuracy,
    tokens: progress.tokens,
  };
}
