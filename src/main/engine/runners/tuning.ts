import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import type { RlConfig } from '@core/train/rl/rl-config';
import type { SftConfig } from '@core/train/sft-config';
import type { StepOptions } from '@core/train/trainer';
import type { TrainerSettings } from '../language-model';

type TuningConfig = Pick<
  SftConfig | RlConfig,
  'method' | 'loraRank' | 'loraAlpha' | 'beta1' | 'beta2' | 'clipNorm' | 'microBatchTokens' | 'weightDecay'
>;

/** The small constant of Adam, as in PyTorch. */
const ADAM_EPS = 1e-8;
/** Models from this hidden size on recompute activations: memory counts more than a fifth of the time. */
const CHECKPOINTING_FROM_HIDDEN = 512;

/**
 * How the trainer is set up for a stage.
 * @param newRows ids of the functional tokens; with LoRA their rows learn beside the adapters
 */
export function trainerSettings(
  config: TuningConfig,
  seed: number,
  newRows: readonly number[],
  hiddenSize: number,
): TrainerSettings {
  return {
    mode:
      config.method === 'full'
        ? { kind: 'full' }
        : {
            kind: 'lora',
            rank: config.loraRank,
            alpha: config.loraAlpha,
            rng: createRng(seed).fork('lora'),
            trainableRows: newRows,
          },
    maxTokensPerMicroBatch: config.microBatchTokens,
    checkpointing: hiddenSize >= CHECKPOINTING_FROM_HIDDEN,
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
    decay: 'matrices',
    clipNorm: config.clipNorm,
    ...(newRowFactor !== 1 && {
      learningRateOf: (name: string, row: number | null) =>
        row !== null && newRows.has(row) && (name.startsWith(EMBEDDING) || name.startsWith(HEAD)) ? newRowFactor : 1,
    }),
  };
}
