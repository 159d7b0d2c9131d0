import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import type { RlConfig } from '@core/train/rl/rl-config';
import type { SftConfig } from '@core/train/sft-config';
import { trainingModeOf, type LearningSettings } from '@core/train/training-mode';
import type { StepOptions } from '@core/train/trainer';
import type { TrainerSettings } from '../language-model';

type TuningConfig = LearningSettings &
  Pick<
    SftConfig | RlConfig,
    | 'beta1'
    | 'beta2'
    | 'clipNorm'
    | 'microBatchTokens'
    | 'packing'
    | 'moments'
    | 'averageDecay'
    | 'weightDecay'
    | 'decayOf'
  >;

/** The small constant of Adam, as in PyTorch. */
const ADAM_EPS = 1e-8;
/** Models from this hidden size on recompute activations: memory counts more than a fifth of the time. */
const CHECKPOINTING_FROM_HIDDEN = 512;

/**
 * How the trainer is set up for a stage.
 * @param newRows ids of the functional tokens, whose rows learn even where the embeddings do not
 */
export function trainerSettings(
  config: TuningConfig,
  seed: number,
  newRows: readonly number[],
  model: ModelConfig,
): TrainerSettings {
  return {
    mode: trainingModeOf(config, model, newRows, createRng(seed).fork('lora')),
    maxTokensPerMicroBatch: config.microBatchTokens,
    packing: config.packing,
    moments: config.moments,
    averageDecay: config.averageDecay === 0 ? null : config.averageDecay,
    checkpointing: model.hiddenSize >= CHECKPOINTING_FROM_HIDDEN,
  };
}

/** One AdamW step as the settings say; rows of the functional tokens may learn faster. */
export function stepOptions(
  config: TuningConfig,
  learningRate: number,
  newRowFactor: number,
  newRows: ReadonlySet<number>,
): StepOptions {
  return {
    learningRate,
    beta1: config.beta1,
    beta2: config.beta2,
    eps: ADAM_EPS,
    weightDecay: config.weightDecay,
    decay: config.decayOf,
    clipNorm: config.clipNorm,
    ...(newRowFactor !== 1 && {
      learningRateOf: (name: string, row: number | null) =>
        row !== null && newRows.has(row) && (name.startsWith(EMBEDDING) || name.startsWith(HEAD)) ? newRowFactor : 1,
    }),
  };
}
