import { join } from 'node:path';
import type { JobRecord } from '@contracts/engine-protocol';
import { LINEAR_LAYERS } from '@core/models/decoder/parameters';
import type { Trainer } from '@core/train/trainer';
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

/** Writes a training run's weights as a checkpoint folder, with the adapter beside it where LoRA made it, and returns its record. */
export async function writeTrained(
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
      ...model.language.toWrite(),
      extraFiles: { 'workbench.json': `${JSON.stringify({ promptSet, plainPrompts }, null, 2)}\n` },
    },
    { replace: true },
  );
  let adapterPath: string | null = null;
  if (config.method === 'lora') {
    adapterPath = join(checkpoint.folder, 'adapter');
    const rows = [...(model.tokens?.all ?? [])];
    const ends = model.language.config.tieWordEmbeddings ? ['embed_tokens'] : ['embed_tokens', 'lm_head'];
    await writeAdapterFolder(
      adapterPath,
      {
        config: {
          rank: config.loraRank,
          alpha: config.loraAlpha,
          dropout: 0,
          targetModules: [...LINEAR_LAYERS],
          trainableTokenIndices: rows.length === 0 ? null : Object.fromEntries(ends.map((end) => [end, rows])),
          modulesToSave: null,
          baseModelPath: model.origin.path,
        },
        tensors: trainer.adapter(),
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
