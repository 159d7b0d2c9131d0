import { WorkbenchError } from '@core/errors';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { judgedRow, type JudgedRow } from '@core/train/prm/judged-steps';
import { planSft } from '@core/train/sft';
import { TreeRecord } from '@contracts/engine-protocol';
import { openLanguageModel } from '../language-model';
import { readJsonl } from '../runners/jsonl';
import { openJobExecutor } from '../runners/open-executor';
import { readResponses, weightOf } from '../runners/prm';
import { stepOptions, trainerSettings } from '../runners/tuning';
import { present, type DryStep } from './dry-context';
import { dryRows, drySave, dryUpdates } from './dry-training';

/** A pass over judged rows of the first batch, a step, and a look at held-out rows. */
export const dryPrm: DryStep<'prm'> = async (context) => {
  const { config } = context.spec;
  const origin = context.job.model;
  if (origin === null)
    throw new WorkbenchError('internal', 'This dry step was started without a model.', { code: 'model-missing' });
  const { executor } = await openJobExecutor(context);
  const language = await openLanguageModel(origin.path, { executor, cancel: context.cancel, withValueHead: true });
  const responses = readResponses(context);
  const tokens = functionalTokenIds(language.tokenizer);
  const rows = responses.map((response) => judgedRow(response, language.tokenizer, tokens));
  const plan = planSft(
    responses.map(({ questionId }, i) => ({ questionId, tokens: rows[i]!.ids.length })),
    { ...config, newRowUpdates: 0, newRowRate: 1 },
  );
  if (plan.totalUpdates === 0) {
    language.dispose();
    throw new WorkbenchError('precondition', `None of the responses looked at is within ${config.maxTokens} tokens.`, {
      code: 'no-judged-steps',
      kept: 'The trees.',
      wayOut: 'Raise “Longest example”.',
    });
  }
  const trainer = await language.createTrainer(
    trainerSettings(context, config, {
      model: language.config,
      newRows: [],
      rowTokens: plan.train.reduce((most, index) => Math.max(most, rows[index]!.ids.length), 2),
      loss: 'value',
    }),
  );
  context.opened();
  try {
    const trained = await dryUpdates<JudgedRow>(context, {
      trainer,
      rows: plan.batch(0).map((index) => rows[index]!),
      accumulate: (batch) =>
        trainer.accumulate(batch, {
          kind: 'value',
          normaliser: Math.max(1e-6, weightOf(batch)),
          labels: batch.map(({ labels }) => labels),
        }),
      options: stepOptions(config, 0, 1, new Set()),
    });
    context.phase('reading');
    const held = plan.validation.slice(0, config.batchSize).map((index) => rows[index]!);
    const read = await dryRows(context, 'readRows', held, (batch) => trainer.values(batch));
    const save = await drySave(context, trainer);
    const trees = readJsonl(context.job.inputs.trees, TreeRecord, 'trees').length;
    return {
      parts: present(...trained, read, save.part),
      stateBytes: save.stateBytes,
      responsesPerTree: responses.length / Math.max(1, trees),
    };
  } finally {
    await trainer.dispose();
    language.dispose();
  }
};
