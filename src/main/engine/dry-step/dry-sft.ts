import { ExampleInput } from '@contracts/engine-protocol';
import { WorkbenchError } from '@core/errors';
import { planSft } from '@core/train/sft';
import { readJsonl } from '../runners/jsonl';
import { openJobModel } from '../runners/open-model';
import { heldOutQuestions, longest, rowMaker, toQuestion } from '../runners/sft';
import { stepOptions, trainerSettings } from '../runners/tuning';
import { WATCHED_QUESTIONS, watchedQuestions } from '../runners/watched-questions';
import { present, type DryStep } from './dry-context';
import { dryRows, drySave, dryUpdates } from './dry-training';
import { dryAnswers } from './dry-writing';

/** Answers that a person sees on the way are few; a glance is enough. */
const ANSWERING_SECONDS = 3;

/** A pass over rows of the first batch, a step, a look at held-out rows, and the beginnings of some answers. */
export const drySft: DryStep<'sft'> = async (context) => {
  const { config } = context.spec;
  const examples = readJsonl(context.job.inputs.examples, ExampleInput, 'examples');
  const model = await openJobModel(context, { maxRows: WATCHED_QUESTIONS });
  const rows = examples.map(rowMaker(config, model));
  const plan = planSft(
    examples.map(({ questionId }, i) => ({ questionId, tokens: rows[i]!.ids.length })),
    config,
  );
  if (plan.totalUpdates === 0) {
    await model.dispose();
    throw tooLong(config.maxTokens);
  }
  const newIds = model.tokens?.all ?? [];
  const trainer = await model.language.createTrainer(
    trainerSettings(context, config, {
      model: model.language.config,
      newRows: newIds,
      rowTokens: longest(plan.train, rows),
      loss: 'nll',
    }),
  );
  context.opened();
  try {
    const first = plan.batch(0).map((index) => rows[index]!);
    const trained = await dryUpdates(context, {
      trainer,
      rows: first,
      accumulate: (batch) =>
        trainer.accumulate(batch, {
          kind: 'nll',
          normaliser: batch.reduce((sum, row) => sum + row.weights.reduce((a, b) => a + b, 0), 0),
        }),
      options: stepOptions(config, 0, 1, new Set()),
    });
    context.phase('reading');
    const held = plan.validation.slice(0, config.batchSize).map((index) => rows[index]!);
    const read = await dryRows(context, 'readRows', held, (batch) => trainer.logProbs(batch));
    const watched = watchedQuestions(heldOutQuestions(context), examples.map(toQuestion));
    const how = { maxNewTokens: config.maxTokens, responsePrefix: '', constrained: false };
    const answers = await dryAnswers(context, model, how, watched, ANSWERING_SECONDS);
    const save = await drySave(context, trainer);
    return { parts: present(...trained, read, answers, save.part), stateBytes: save.stateBytes };
  } finally {
    await trainer.dispose();
    await model.dispose();
  }
};

function tooLong(maxTokens: number): WorkbenchError {
  return new WorkbenchError('precondition', `None of the examples looked at is within ${maxTokens} tokens.`, {
    code: 'no-examples',
    kept: 'The data set.',
    wayOut: 'Raise “Longest example”.',
  });
}
