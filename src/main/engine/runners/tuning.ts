import { EMBEDDING, HEAD, VALUE_HEAD } from '@core/models/decoder/parameters';
import type { TrainingMode } from '@core/train/learning-plan';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import type { RlConfig } from '@core/train/rl/rl-config';
import type { SftConfig } from '@core/train/sft-config';
import type { LossName } from '@core/train/loss';
import { trainingModeOf, type LearningSettings } from '@core/train/training-mode';
import type { StepOptions } from '@core/train/trainer';
import type { JobContext } from '../job-context';
import type { TrainerSettings } from '../language-model';
import { planSteps, type MemorySettings, type StepPlan } from './memory-plan';

type TuningConfig = LearningSettings &
  MemorySettings &
  Pick<SftConfig | RlConfig, 'beta1' | 'beta2' | 'clipNorm' | 'weightDecay' | 'decayOf'>;

/** The small constant of Adam, as in PyTorch. */
const ADAM_EPS = 1e-8;

/** What a training job holds besides the trainer. */
export interface TrainingJob {
  readonly model: ModelConfig;
  /** Ids of the functional tokens, whose rows learn even where the embeddings do not. */
  readonly newRows: readonly number[];
  /** Tokens of the longest row that it trains on. */
  readonly rowTokens: number;
  readonly loss: LossName;
  /** Bytes that it needs besides training. */
  readonly besides?: number;
}

/** How the trainer is set up for a stage: what learns, and steps that the free memory allows. */
export function trainerSettings(
  context: Pick<JobContext, 'job' | 'stateFolder' | 'log'>,
  config: TuningConfig,
  { model, newRows, ...job }: TrainingJob,
): TrainerSettings & StepPlan {
  const usual = trainingModeOf(config, model, newRows, createRng(context.job.seed).fork('lora'));
  const mode = job.loss === 'value' ? judgingMode(usual) : usual;
  if (config.precision === 'int8' && context.job.device !== 'cpu')
    context.log('info', `Products in 8 bits are for the processor; on ${context.job.deviceName} they are float32.`, {
      code: 'int8-on-processor',
      values: { device: context.job.deviceName },
    });
  return {
    mode,
    packing: config.packing,
    precision: config.precision ?? 'fp32',
    moments: config.moments,
    averageDecay: config.averageDecay === 0 ? null : config.averageDecay,
    ...planSteps(context, { ...job, config: model, mode, settings: config }),
  };
}

/** The same with the head that judges in the place of the one that predicts. */
function judgingMode(mode: TrainingMode): TrainingMode {
  if (mode.kind === 'frozen') return mode;
  if (mode.kind === 'full') return { ...mode, head: 'value' };
  return { ...mode, wholeWeights: [...(mode.wholeWeights ?? []).filter((name) => name !== HEAD), VALUE_HEAD] };
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
