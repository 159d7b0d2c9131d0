import { join } from 'node:path';
import { ExampleInput, TreeRecord, type JobRecord } from '@contracts/engine-protocol';
import { WorkbenchError } from '@core/errors';
import { VALUE_HEAD } from '@core/models/decoder/parameters';
import { treeFromRows } from '@core/search/tree-rows';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { judgedRow, type JudgedResponse, type JudgedRow } from '@core/train/prm/judged-steps';
import { labelsOfReview } from '@core/train/prm/labels-of-review';
import { labelsOfTree } from '@core/train/prm/labels-of-tree';
import { planSft, type SftPlan } from '@core/train/sft';
import { fitBlend, signalsOf, type JudgeBlend } from '@core/train/prm/surprise';
import type { LogisticRow } from '@core/train/prm/logistic';
import { createRng } from '@core/random/rng';
import { shuffled } from '@core/random/shuffle';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome } from '../job-context';
import { openLanguageModel } from '../language-model';
import { checkpointRecord } from './checkpoint-record';
import { readJsonl } from './jsonl';
import { openJobExecutor } from './open-executor';
import { measure, measureAll } from './prm-measure';
import { PrmProgress, readStepFile, type PrmStage } from './prm-stage';
import { BLEND_FILE, readPlaces } from './scores-of';
import { stepOptions, trainerSettings } from './tuning';
import { restoreTrainerState, saveTrainerState } from './trainer-state';

/** Trains a process reward model: a copy of the checkpoint gets a second head, and learns from judged steps how promising each is. */
export async function runPrm(context: JobContext<'prm'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const origin = context.job.model;
  if (origin === null)
    throw new WorkbenchError('internal', 'This job was started without a model.', { code: 'model-missing' });
  const { executor } = await openJobExecutor(context);
  const language = await openLanguageModel(origin.path, { executor, cancel: context.cancel, withValueHead: true });
  const tokens = functionalTokenIds(language.tokenizer);
  const [work] = tokens.set.withRole('next_step');
  const responses = readResponses(context, work);
  const rows = responses.map((response) => judgedRow(response, language.tokenizer, tokens));
  const plan = planSft(
    responses.map(({ questionId }, i) => ({ questionId, tokens: rows[i]!.ids.length })),
    { ...config, newRowUpdates: 0, newRowRate: 1 },
  );
  if (plan.totalUpdates === 0) throw noSteps(responses.length, plan.leftOut.length, config.maxTokens);
  refuseOneSided(plan, responses);
  if (plan.leftOut.length > 0)
    context.log(
      'warning',
      `${plan.leftOut.length} responses are longer than ${config.maxTokens} tokens and are left out.`,
      { code: 'left-out', values: { count: plan.leftOut.length, tokens: config.maxTokens } },
    );
  const trainer = await language.createTrainer({
    ...trainerSettings(context, config, {
      model: language.config,
      newRows: [],
      rowTokens: plan.train.reduce((most, index) => Math.max(most, rows[index]!.ids.length), 2),
      loss: 'value',
    }),
    // What the model expects of the words must stay what it was.
    ...(config.basis === 'surprise' && { mode: { kind: 'full' as const, head: 'value' as const, frozen: BODY } }),
  });
  try {
    const progress = (await restoreTrainerState(context.stateFolder, trainer, PrmProgress)) ?? {
      update: 0,
      tokens: 0,
      bestLoss: null,
    };
    const stage: PrmStage = { context, language, tokens, config, trainer, plan, rows, progress, blend: null };
    if (progress.update > 0)
      context.log('info', `Going on after update ${progress.update} of ${plan.totalUpdates}.`, {
        code: 'going-on',
        values: { done: progress.update, total: plan.totalUpdates },
      });
    else await measure(stage);
    while (progress.update < plan.totalUpdates) {
      context.cancel.throwIfAborted();
      if (context.stopRequested() === 'pause') {
        await saveTrainerState(context.stateFolder, trainer, progress);
        return { outcome: 'paused', result: { ...resultOf(stage) } };
      }
      await update(stage);
      const isLast = progress.update === plan.totalUpdates;
      if (!isLast && progress.update % config.validateEvery === 0) await measure(stage);
      if (isLast || progress.update % config.checkpointEvery === 0)
        await saveTrainerState(context.stateFolder, trainer, progress);
      context.progress({
        phase: 'learning to judge',
        done: progress.update,
        total: plan.totalUpdates,
        unit: 'updates',
        tokens: trainer.stats.tokens,
      });
    }
    if (config.basis === 'surprise') stage.blend = await learnBlend(stage);
    const figures = await measureAll(stage, responses);
    await context.commit([await writeJudge(stage)]);
    return { outcome: 'finished', result: { ...resultOf(stage), ...figures } };
  } finally {
    await trainer.dispose();
    language.dispose();
  }
}

/** Judged responses from the trees, from what a reviewer marked, and from a file. */
export function readResponses({ job, spec }: Pick<JobContext<'prm'>, 'job' | 'spec'>, work?: string): JudgedResponse[] {
  const ofTrees = readJsonl(job.inputs.trees, TreeRecord, 'trees').flatMap((record) => {
    const { questionId: id, prompt, referenceAnswer } = record;
    const tree = treeFromRows({ id, prompt, referenceAnswer, source: '' }, record.nodes, record.simulations);
    return labelsOfTree(tree, spec.config.labels);
  });
  const examples = job.inputs.examples === null ? [] : readJsonl(job.inputs.examples, ExampleInput, 'examples');
  const ofReview = examples.flatMap(({ steps, ...example }) => {
    return labelsOfReview({ ...example, steps }) ?? [];
  });
  const ofFile = spec.config.stepsFile === '' ? [] : readStepFile(spec.config.stepsFile, work);
  return [...ofTrees, ...ofReview, ...ofFile];
}

async function update({ context, config, trainer, plan, rows, progress }: PrmStage): Promise<void> {
  const batch = plan.batch(progress.update).map((index) => rows[index]!);
  const { loss } = await trainer.accumulate(batch, {
    kind: 'value',
    normaliser: Math.max(1e-6, weightOf(batch)),
    labels: batch.map(({ labels }) => labels),
  });
  const learningRate = plan.learningRate(progress.update);
  const { gradNorm } = await trainer.step({
    ...stepOptions(config, learningRate, 1, new Set()),
    learningRateOf: (name: string) => (name === VALUE_HEAD ? config.headRate : 1),
  });
  progress.update += 1;
  progress.tokens += batch.reduce((sum, { ids }) => sum + ids.length, 0);
  await context.commit([{ type: 'metrics', step: progress.update, values: { loss, learningRate, gradNorm } }]);
}

/** What the labels of some rows weigh together. */
export function weightOf(rows: readonly JudgedRow[]): number {
  return rows.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
}

/** Everything but the head that judges. */
const BODY = { names: ['model.*'] };

/** Rows that the few weights of a blend are fitted on. */
const BLEND_ROWS = 1000;

/** How head and surprise together say what a step is worth, fitted on responses that the head has learned from. */
async function learnBlend({ trainer, plan, rows, config }: PrmStage): Promise<JudgeBlend> {
  const chosen = shuffled(plan.train, createRng(config.seed).fork('blend')).slice(0, BLEND_ROWS);
  const material: LogisticRow[] = [];
  for (let from = 0; from < chosen.length; from += config.batchSize) {
    const batch = chosen.slice(from, from + config.batchSize).map((index) => rows[index]!);
    const read = await readPlaces(trainer, batch);
    batch.forEach(({ places, labels, weights }, i) =>
      signalsOf(read[i]!).forEach((signals, k) => {
        const place = places[k]!;
        if (weights[place]! > 0) material.push({ signals, label: labels[place]!, weight: weights[place]! });
      }),
    );
  }
  return fitBlend(material);
}

async function writeJudge({ context, language, trainer, progress, blend }: PrmStage): Promise<JobRecord> {
  const { model: origin } = context.job;
  const path = join(context.outputFolder, 'final', 'model');
  const { promptSet = '', plainPrompts = [], name = '' } = origin ?? {};
  const write = async () =>
    writeModelFolder(
      path,
      {
        ...(await language.toWrite()),
        extraFiles: {
          'workbench.json': `${JSON.stringify({ promptSet, plainPrompts }, null, 2)}\n`,
          ...(blend && { [BLEND_FILE]: `${JSON.stringify(blend, null, 2)}\n` }),
        },
      },
      { replace: true },
    );
  await (context.spec.config.writeAverage && blend === null ? trainer.withAverage(write) : write());
  return checkpointRecord({
    step: progress.update,
    name: `${name}, judge`,
    isFinal: true,
    path,
    adapterPath: null,
    config: language.config,
    tokenizer: language.tokenizer,
    origin: { promptSet, plainPrompts },
  });
}

function resultOf({ plan, progress }: PrmStage) {
  return {
    updates: progress.update,
    responses: plan.train.length,
    heldOutResponses: plan.validation.length,
    leftOut: plan.leftOut.length,
    bestHeldOutLoss: progress.bestLoss,
    tokens: progress.tokens,
  };
}

/** @throws WorkbenchError `one-sided-labels` when there is nothing to tell apart */
function refuseOneSided(plan: SftPlan, responses: readonly JudgedResponse[]): void {
  const labels = plan.train.flatMap((index) => responses[index]!.labels.filter((label) => label !== null));
  const [first] = labels;
  if (first !== undefined && labels.some((label) => label !== first)) return;
  const what = first === undefined ? 'has a label' : first > 0 ? 'led to a wrong answer' : 'led to a right answer';
  throw new WorkbenchError(
    'precondition',
    `There is nothing to tell apart: none of the ${labels.length || 'steps'} judged steps ${what}.`,
    {
      code: 'one-sided-labels',
      kept: 'The trees.',
      wayOut: 'Grow trees in which some answers are right and some wrong: other questions, more walks, another model.',
    },
  );
}

function noSteps(count: number, tooLong: number, maxTokens: number): WorkbenchError {
  return new WorkbenchError(
    'precondition',
    `None of the ${count} judged responses can be learned from; ${tooLong} are longer than ${maxTokens} tokens.`,
    { code: 'no-judged-steps', kept: 'The trees.', wayOut: 'Grow more trees, or raise “Longest example”.' },
  );
}
