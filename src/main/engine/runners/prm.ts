import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ExampleInput, TreeRecord, type JobRecord } from '@contracts/engine-protocol';
import { WorkbenchError } from '@core/errors';
import { calibration, rocCurve, type Judged } from '@core/eval/judgement';
import { VALUE_HEAD } from '@core/models/decoder/parameters';
import { treeFromRows } from '@core/search/tree-rows';
import type { FunctionalTokenName } from '@core/tokens/functional-tokens';
import { functionalTokenIds, type FunctionalTokenIds } from '@core/tokens/token-ids';
import { judgedRow, type JudgedResponse, type JudgedRow } from '@core/train/prm/judged-steps';
import { labelsOfReview } from '@core/train/prm/labels-of-review';
import { labelsOfTree } from '@core/train/prm/labels-of-tree';
import type { PrmConfig } from '@core/train/prm/prm-config';
import { readStepRows } from '@core/train/prm/step-files';
import { planSft, type SftPlan } from '@core/train/sft';
import type { Trainer } from '@core/train/trainer';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome } from '../job-context';
import { openLanguageModel, type LanguageModel } from '../language-model';
import { checkpointRecord } from './checkpoint-record';
import { readJsonl } from './jsonl';
import { openJobExecutor } from './open-executor';
import { stepOptions, trainerSettings } from './tuning';
import { restoreTrainerState, saveTrainerState } from './trainer-state';

const Progress = z.object({ update: z.number().int(), tokens: z.number(), bestLoss: z.number().nullable() });
type Progress = z.infer<typeof Progress>;

interface Stage {
  readonly context: JobContext<'prm'>;
  readonly language: LanguageModel;
  readonly tokens: FunctionalTokenIds;
  readonly config: PrmConfig;
  readonly trainer: Trainer;
  readonly plan: SftPlan;
  readonly rows: readonly JudgedRow[];
  readonly progress: Progress;
}

/** Trains a process reward model: a copy of the checkpoint gets a second head, and learns from judged steps how promising each is. */
export async function runPrm(context: JobContext<'prm'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const origin = context.job.model;
  if (origin === null)
    throw new WorkbenchError('internal', 'This job was started without a model.', { code: 'model-missing' });
  const { executor } = await openJobExecutor(context);
  const language = await openLanguageModel(origin.path, { executor, cancel: context.cancel, withValueHead: true });
  const responses = readResponses(context);
  const tokens = functionalTokenIds(language.tokenizer);
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
    );
  const trainer = await language.createTrainer(
    trainerSettings(context, config, {
      model: language.config,
      newRows: [],
      rowTokens: plan.train.reduce((most, index) => Math.max(most, rows[index]!.ids.length), 2),
      loss: 'value',
    }),
  );
  try {
    const progress = (await restoreTrainerState(context.stateFolder, trainer, Progress)) ?? {
      update: 0,
      tokens: 0,
      bestLoss: null,
    };
    const stage: Stage = { context, language, tokens, config, trainer, plan, rows, progress };
    if (progress.update > 0) context.log('info', `Going on after update ${progress.update} of ${plan.totalUpdates}.`);
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
    const figures = await measureAll(stage, responses);
    await context.commit([await writeJudge(context, language, trainer, progress.update)]);
    return { outcome: 'finished', result: { ...resultOf(stage), ...figures } };
  } finally {
    await trainer.dispose();
    language.dispose();
  }
}

/** Judged responses from the trees, from what a reviewer marked, and from a file. */
function readResponses({ job, spec }: JobContext<'prm'>): JudgedResponse[] {
  const ofTrees = readJsonl(job.inputs.trees, TreeRecord, 'trees').flatMap((record) => {
    const { questionId: id, prompt, referenceAnswer } = record;
    const tree = treeFromRows({ id, prompt, referenceAnswer, source: '' }, record.nodes, record.simulations);
    return labelsOfTree(tree, spec.config.labels);
  });
  const examples = job.inputs.examples === null ? [] : readJsonl(job.inputs.examples, ExampleInput, 'examples');
  const ofReview = examples.flatMap(({ steps, ...example }) => {
    // Holds because the store keeps only examples whose tokens are of the table.
    const named = steps.map((step) => ({ ...step, token: step.token as FunctionalTokenName }));
    return labelsOfReview({ ...example, steps: named }) ?? [];
  });
  const ofFile = spec.config.stepsFile === '' ? [] : readStepFile(spec.config.stepsFile);
  return [...ofTrees, ...ofReview, ...ofFile];
}

/** @throws WorkbenchError `step-file` */
export function readStepFile(path: string): JudgedResponse[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const rows = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (cause) {
      throw new WorkbenchError(
        'validation',
        `Line ${i + 1} of ${path} is not JSON.`,
        { code: 'step-file', where: `${path}, line ${i + 1}`, wayOut: 'Choose a JSONL file with judged steps.' },
        { cause },
      );
    }
  });
  return readStepRows(rows, basename(path));
}

async function update({ context, config, trainer, plan, rows, progress }: Stage): Promise<void> {
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

function weightOf(rows: readonly JudgedRow[]): number {
  return rows.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
}

/** Judgements of the held-out responses beside their labels; empty where none is held out. */
async function judgeHeldOut({ trainer, plan, rows }: Stage): Promise<Judged[]> {
  const held = plan.validation.map((index) => rows[index]!);
  if (held.length === 0) return [];
  return judgedAt(held, await trainer.values(held));
}

/** Judgements at the ends of steps that have a label. */
function judgedAt(rows: readonly JudgedRow[], values: readonly ArrayLike<number>[]): Judged[] {
  return rows.flatMap(({ places, labels, weights }, i) =>
    places.flatMap((place) =>
      weights[place] === 0 ? [] : [{ score: values[i]![place]!, outcome: labels[place]!, weight: weights[place]! }],
    ),
  );
}

async function measure(stage: Stage): Promise<void> {
  const judged = await judgeHeldOut(stage);
  if (judged.length === 0) return;
  const validationLoss = crossEntropy(judged);
  const area = rocCurve(judged)?.area;
  stage.progress.bestLoss = Math.min(stage.progress.bestLoss ?? Infinity, validationLoss);
  await stage.context.commit([
    {
      type: 'metrics',
      step: stage.progress.update,
      values: {
        validationLoss,
        calibrationError: calibration(judged).error,
        ...(area !== undefined && { rocArea: area }),
      },
    },
  ]);
}

/** Bands of the reliability plot, and points of the ROC curve that are kept. */
const BANDS = 10;
const ROC_POINTS = 50;

/**
 * What the finished model is worth on questions it has not learned from: loss, area under the ROC curve of its steps and of whole answers,
 * calibration. The plots are kept as metrics: `reliabilityScore`, `reliabilityOutcome` and `reliabilityWeight` over the band (1 … 10), `rocHits`
 * over the share of false alarms in percent.
 */
async function measureAll(stage: Stage, responses: readonly JudgedResponse[]): Promise<Record<string, number>> {
  const judged = await judgeHeldOut(stage);
  if (judged.length === 0) return measureFile(stage);
  await measure(stage);
  const { bins, error } = calibration(judged, BANDS);
  const roc = rocCurve(judged);
  const ends = await judgeEnds(stage, responses);
  const records = bins.flatMap(({ score, outcome, weight }, band): JobRecord[] =>
    weight === 0
      ? []
      : [
          {
            type: 'metrics',
            step: band + 1,
            values: { reliabilityScore: score, reliabilityOutcome: outcome, reliabilityWeight: weight },
          },
        ],
  );
  const curve = Array.from({ length: ROC_POINTS + 1 }, (_, i): JobRecord => {
    const share = i / ROC_POINTS;
    const hits = roc?.points.filter((point) => point.falseAlarms <= share + 1e-9).at(-1)?.hits ?? 0;
    return { type: 'metrics', step: Math.round(100 * share), values: { rocHits: hits } };
  });
  await stage.context.commit([...records, ...(roc ? curve : [])]);
  const answers = rocCurve(ends)?.area;
  const onFile = await measureFile(stage);
  return {
    heldOutLoss: crossEntropy(judged),
    calibrationError: error,
    ...(roc && { rocArea: roc.area }),
    ...(answers !== undefined && { answerRocArea: answers }),
    ...onFile,
  };
}

/** The same figures on a file of judged steps that was never learned from; nothing where none is named. */
async function measureFile({ config, context, trainer, language, tokens }: Stage): Promise<Record<string, number>> {
  if (config.testFile === '') return {};
  const rows = readStepFile(config.testFile).map((response) => judgedRow(response, language.tokenizer, tokens));
  const fitting = rows.filter(({ ids }) => ids.length <= config.maxTokens);
  if (fitting.length < rows.length)
    context.log(
      'warning',
      `${rows.length - fitting.length} of the ${rows.length} responses of ${config.testFile} are longer than ${config.maxTokens} tokens and are left out.`,
    );
  const values = await trainer.values(fitting);
  const judged = judgedAt(fitting, values);
  const area = rocCurve(judged)?.area;
  return {
    fileSteps: judged.length,
    fileCalibrationError: calibration(judged).error,
    ...(area !== undefined && { fileRocArea: area }),
  };
}

/** Each held-out response as a whole: its weakest step beside whether its last one is right. */
async function judgeEnds({ trainer, plan, rows }: Stage, responses: readonly JudgedResponse[]): Promise<Judged[]> {
  const whole = plan.validation.filter((index) => (responses[index]!.labels.at(-1) ?? null) !== null);
  const values = await trainer.values(whole.map((index) => rows[index]!));
  return whole.map((index, i) => {
    const steps = rows[index]!.places.slice(1).map((place) => values[i]![place]!);
    return { score: Math.min(...steps), outcome: responses[index]!.labels.at(-1)! };
  });
}

function crossEntropy(judged: readonly Judged[]): number {
  const floor = 1e-7;
  const log = (p: number) => Math.log(Math.min(1 - floor, Math.max(floor, p)));
  const total = judged.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return (
    judged.reduce(
      (sum, { score, outcome, weight = 1 }) => sum - weight * (outcome * log(score) + (1 - outcome) * log(1 - score)),
      0,
    ) / Math.max(1e-9, total)
  );
}

async function writeJudge(
  context: JobContext<'prm'>,
  language: LanguageModel,
  trainer: Trainer,
  step: number,
): Promise<JobRecord> {
  const { model: origin } = context.job;
  const path = join(context.outputFolder, 'final', 'model');
  const { promptSet = '', plainPrompts = [], name = '' } = origin ?? {};
  const write = async () =>
    writeModelFolder(
      path,
      {
        ...(await language.toWrite()),
        extraFiles: { 'workbench.json': `${JSON.stringify({ promptSet, plainPrompts }, null, 2)}\n` },
      },
      { replace: true },
    );
  await (context.spec.config.writeAverage ? trainer.withAverage(write) : write());
  return checkpointRecord({
    step,
    name: `${name}, judge`,
    isFinal: true,
    path,
    adapterPath: null,
    config: language.config,
    tokenizer: language.tokenizer,
    origin: { promptSet, plainPrompts },
  });
}

function resultOf({ plan, progress }: Stage) {
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
