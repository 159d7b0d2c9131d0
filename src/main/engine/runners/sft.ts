import { join } from 'node:path';
import { z } from 'zod';
import { ExampleInput, type JobRecord } from '@contracts/engine-protocol';
import { QuestionRow } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { exampleRow, plainRow, type ExampleRow } from '@core/dataset/to-rows';
import { GuardState, NEW_GUARD } from '@core/train/guard/guard';
import { planSft, type SftPlan } from '@core/train/sft';
import type { SftConfig } from '@core/train/sft-config';
import type { Trainer } from '@core/train/trainer';
import type { JobContext, RunnerOutcome } from '../job-context';
import { answerGreedily } from './answer-greedily';
import { keepBest } from './best-checkpoint';
import { guardedMetrics, guardedWork, wantsPause } from './guarding';
import { readJsonl } from './jsonl';
import { openJobModel, type JobModel } from './open-model';
import { stepOptions, trainerSettings } from './tuning';
import { restoreTrainerState, saveTrainerState } from './trainer-state';
import { watchedQuestions, watchedSample, WATCHED_QUESTIONS } from './watched-questions';
import { writeTrained } from './write-trained';

const Progress = z.object({
  update: z.number().int(),
  tokens: z.number(),
  bestLoss: z.number().nullable(),
  /** Update of the checkpoint that is kept as the best. */
  bestStep: z.number().int().nullable().default(null),
  guard: GuardState.default(NEW_GUARD),
});
type Progress = z.infer<typeof Progress>;

/** Fine-tunes a checkpoint on the examples of a data set; loss on the response alone. */
export async function runSft(context: JobContext<'sft'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const examples = readJsonl(context.job.inputs.examples, ExampleInput, 'examples');
  const model = await openJobModel(context, { maxRows: WATCHED_QUESTIONS });
  const newIds = model.tokens?.all ?? [];
  const rows = examples.map(rowMaker(config, model));
  const plan = planSft(
    examples.map(({ questionId }, i) => ({ questionId, tokens: rows[i]!.ids.length })),
    config,
  );
  if (plan.totalUpdates === 0) throw noExamples(examples.length, plan.leftOut.length, config.maxTokens);
  if (plan.leftOut.length > 0)
    context.log(
      'warning',
      `${plan.leftOut.length} examples are longer than ${config.maxTokens} tokens and are left out.`,
      { code: 'left-out', values: { count: plan.leftOut.length, tokens: config.maxTokens } },
    );
  const trainer = await model.language.createTrainer(
    trainerSettings(context, config, {
      model: model.language.config,
      newRows: newIds,
      rowTokens: longest(plan.train, rows),
      loss: 'nll',
    }),
  );
  try {
    const progress = (await restoreTrainerState(context.stateFolder, trainer, Progress)) ?? {
      update: 0,
      tokens: 0,
      bestLoss: null,
      bestStep: null,
      guard: NEW_GUARD,
    };
    if (progress.update > 0)
      context.log('info', `Going on after update ${progress.update} of ${plan.totalUpdates}.`, {
        code: 'going-on',
        values: { done: progress.update, total: plan.totalUpdates },
      });
    const watched = watchedQuestions(heldOutQuestions(context), examples.map(toQuestion));
    const newRows = new Set(newIds);
    if (progress.update === 0) await measure(context, { model, trainer, plan, rows, watched, progress });
    while (progress.update < plan.totalUpdates) {
      context.cancel.throwIfAborted();
      if (context.stopRequested() === 'pause') {
        await saveTrainerState(context.stateFolder, trainer, progress);
        return { outcome: 'paused', result: resultOf(plan, progress) };
      }
      if (context.stopRequested() === 'finish') {
        context.log('info', `Ended early on request, after update ${progress.update} of ${plan.totalUpdates}.`, {
          code: 'ended-early',
          values: { done: progress.update, total: plan.totalUpdates },
        });
        await measure(context, { model, trainer, plan, rows, watched, progress });
        break;
      }
      const values = await guardedWork(context, progress.update + 1, () =>
        update(context.spec.config, { trainer, plan, rows, progress, newRows }),
      );
      const isLast = progress.update === plan.totalUpdates;
      const records = guardedMetrics(context, progress, progress.update, values);
      await context.commit(records);
      if (isLast || progress.update % config.validateEvery === 0)
        await measure(context, { model, trainer, plan, rows, watched, progress });
      const isHalted = !isLast && wantsPause(context, records);
      if (isLast || isHalted || progress.update % config.checkpointEvery === 0)
        await saveTrainerState(context.stateFolder, trainer, progress);
      if (isHalted) return { outcome: 'paused', result: resultOf(plan, progress) };
      context.progress({
        phase: 'fine-tuning',
        done: progress.update,
        total: plan.totalUpdates,
        unit: 'updates',
        tokens: trainer.stats.tokens,
      });
    }
    await context.commit([
      await writeTrained(context, model, trainer, {
        step: progress.update,
        name: `${model.origin.name}, fine-tuned`,
        isFinal: true,
        folder: join(context.outputFolder, 'final'),
      }),
    ]);
    return { outcome: 'finished', result: resultOf(plan, progress) };
  } finally {
    await trainer.dispose();
    await model.dispose();
  }
}

/** How an example becomes what training reads, by the form that the settings name. */
export function rowMaker({ form }: SftConfig, model: JobModel): (example: ExampleInput) => ExampleRow {
  if (form === 'plain') return (example) => plainRow(example.prompt, example.steps, model.tokenizer);
  const tokens = model.requireTokens();
  return (example) => exampleRow(example.prompt, example.steps, model.tokenizer, tokens);
}

/** Tokens of the longest of some rows. */
export function longest(indices: readonly number[], rows: readonly ExampleRow[]): number {
  return indices.reduce((most, index) => Math.max(most, rows[index]?.ids.length ?? 0), 2);
}

interface Updated {
  readonly trainer: Trainer;
  readonly plan: SftPlan;
  readonly rows: readonly ExampleRow[];
  readonly progress: Progress;
  /** Ids of the functional tokens, whose rows learn faster at first. */
  readonly newRows: ReadonlySet<number>;
}

/** One update: gradient of the mean loss over the trained tokens of its examples, then one AdamW step. Returns its metrics. */
async function update(
  config: SftConfig,
  { trainer, plan, rows, progress, newRows }: Updated,
): Promise<Record<string, number>> {
  const batch = plan.batch(progress.update).map((index) => rows[index]!);
  const normaliser = batch.reduce((sum, row) => sum + row.weights.reduce((a, b) => a + b, 0), 0);
  const { loss, logProbs } = await trainer.accumulate(batch, { kind: 'nll', normaliser });
  const learningRate = plan.learningRate(progress.update);
  const { gradNorm } = await trainer.step(
    stepOptions(config, learningRate, plan.newRowFactor(progress.update), newRows),
  );
  progress.update += 1;
  progress.tokens += batch.reduce((sum, row) => sum + row.ids.length, 0);
  return { loss, ...splitLoss(batch, logProbs), learningRate, gradNorm };
}

/** Mean loss over functional tokens and over text, apart; nats per token. */
function splitLoss(
  batch: readonly ExampleRow[],
  logProbs: readonly Float32Array[],
): { functionalLoss: number; textLoss: number } {
  const sums = { functional: 0, functionalCount: 0, text: 0, textCount: 0 };
  batch.forEach((row, i) => {
    row.weights.forEach((weight, at) => {
      if (weight === 0) return;
      const part = row.functional[at] === 1 ? 'functional' : 'text';
      sums[part] -= logProbs[i]![at]!;
      sums[`${part}Count`] += 1;
    });
  });
  return {
    functionalLoss: sums.functional / Math.max(1, sums.functionalCount),
    textLoss: sums.text / Math.max(1, sums.textCount),
  };
}

interface Measured {
  readonly model: JobModel;
  readonly trainer: Trainer;
  readonly plan: SftPlan;
  readonly rows: readonly ExampleRow[];
  readonly watched: readonly QuestionRow[];
  readonly progress: Progress;
}

/** Loss on the held-out examples and a few answers, so that a person sees what the figures mean. */
async function measure(
  context: JobContext<'sft'>,
  { model, trainer, plan, rows, watched, progress }: Measured,
): Promise<void> {
  const records: JobRecord[] = [];
  const held = plan.validation.map((index) => rows[index]!);
  if (held.length > 0) {
    const logProbs = await trainer.logProbs(held);
    const { functionalLoss, textLoss } = splitLoss(held, logProbs);
    const weightOf = (row: ExampleRow) => row.weights.reduce((a, b) => a + b, 0);
    const total = held.reduce((sum, row) => sum + weightOf(row), 0);
    const validationLoss =
      held.reduce((sum, row, i) => row.weights.reduce((own, weight, at) => own - weight * logProbs[i]![at]!, sum), 0) /
      Math.max(1, total);
    const isBetter = progress.bestLoss !== null && validationLoss < progress.bestLoss;
    progress.bestLoss = Math.min(progress.bestLoss ?? Infinity, validationLoss);
    records.push({
      type: 'metrics',
      step: progress.update,
      values: { validationLoss, validationFunctionalLoss: functionalLoss, validationTextLoss: textLoss },
    });
    // The last weights are written anyway.
    if (isBetter && progress.update < plan.totalUpdates)
      records.push(...(await keepBest(context, model, trainer, progress, progress.update)));
  }
  if (watched.length > 0) {
    model.generator.clearCache();
    const maxNewTokens = context.spec.config.maxTokens;
    const answers = await answerGreedily(
      model,
      { maxNewTokens, responsePrefix: '', constrained: false },
      watched,
      context.cancel,
      () => undefined,
    );
    records.push(...answers.map((item) => watchedSample(progress.update, item)));
  }
  if (records.length > 0) await context.commit(records);
}

/** Questions of the project's evaluation sets, none where it has none. */
export function heldOutQuestions(context: Pick<JobContext<'sft'>, 'job'>): readonly QuestionRow[] {
  const { heldOut } = context.job.inputs;
  return heldOut === null ? [] : readJsonl(heldOut, QuestionRow, 'held-out questions');
}

export function toQuestion({ questionId, prompt, referenceAnswer }: ExampleInput): QuestionRow {
  return { id: questionId, prompt, referenceAnswer };
}

function resultOf(plan: SftPlan, progress: Progress) {
  return {
    updates: progress.update,
    examples: plan.train.length,
    heldOutExamples: plan.validation.length,
    leftOut: plan.leftOut.length,
    bestHeldOutLoss: progress.bestLoss,
    tokens: progress.tokens,
  };
}

function noExamples(count: number, tooLong: number, maxTokens: number): WorkbenchError {
  return new WorkbenchError(
    'precondition',
    `None of the ${count} examples can be trained on; ${tooLong} are longer than ${maxTokens} tokens.`,
    {
      code: 'no-examples',
      kept: 'The data set.',
      wayOut: 'Accept more examples, or raise “Longest example”.',
    },
  );
}
