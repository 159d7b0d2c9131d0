import { join } from 'node:path';
import type { JobRecord } from '@contracts/engine-protocol';
import type { Trainer } from '@core/train/trainer';
import { embeddingLearningOf, loraTargetsOf } from '@core/train/training-mode';
import { writeAdapterFolder } from '../files/adapter-folder';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext } from '../job-context';
import { checkpointRecord } from './checkpoint-record';
import type { JobModel } from './open-model';

export interface TrainedCheckpoint {
  readonly step: number;
  readonly name: string;
  readonly isFinal: boolean;
  readonly folder: string;
}

/**
 * Writes a training run's weights, or the average kept of them, as a checkpoint folder, with the adapter beside it where LoRA made it, and
 * returns its record.
 */
export async function writeTrained(
  context: JobContext<'sft'> | JobContext<'rl'>,
  model: JobModel,
  trainer: Trainer,
  checkpoint: TrainedCheckpoint,
): Promise<JobRecord> {
  const write = () => writeWeights(context, model, trainer, checkpoint);
  return context.spec.config.writeAverage ? trainer.withAverage(write) : write();
}

async function writeWeights(
  context: JobContext<'sft'> | JobContext<'rl'>,
  model: JobModel,
  trainer: Trainer,
  checkpoint: TrainedCheckpoint,
): Promise<JobRecord> {
  const { config } = context.spec;
  const { promptSet, plainPrompts } = model.origin;
  const path = join(checkpoint.folder, 'model');
  await writeModelFolder(
    path,
    {
      ...(await model.language.toWrite()),
      extraFiles: { 'workbench.json': `${JSON.stringify({ promptSet, plainPrompts }, null, 2)}\n` },
    },
    { replace: true },
  );
  let adapterPath: string | null = null;
  if (config.method === 'lora') {
    adapterPath = join(checkpoint.folder, 'adapter');
    const { config: shape } = model.language;
    const learning = embeddingLearningOf(config);
    const ends = shape.tieWordEmbeddings ? ['embed_tokens'] : ['embed_tokens', 'lm_head'];
    const rows = learning === 'new-rows' ? [...(model.tokens?.all ?? [])] : [];
    await writeAdapterFolder(
      adapterPath,
      {
        config: {
          rank: config.loraRank,
          alpha: config.loraAlpha,
          rankStabilised: config.loraRankStabilised,
          dropout: 'loraDropout' in config ? config.loraDropout : 0,
          targetModules: loraTargetsOf(config),
          layers: null,
          trainableTokenIndices: rows.length === 0 ? null : Object.fromEntries(ends.map((end) => [end, rows])),
          modulesToSave: learning === 'whole' ? ends : null,
          tiesSavedModules: learning === 'whole' && shape.tieWordEmbeddings,
          baseModelPath: model.origin.path,
        },
        tensors: await trainer.adapter(),
      },
      { replace: true, extraFiles: model.tokenizer.toFiles() },
    );
  }
  return checkpointRecord({
    ...checkpoint,
    path,
    adapterPath,
    config: model.language.config,
    tokenizer: model.tokenizer,
    origin: model.origin,
  });
}
