import { estimateDecodingMemory, WRITING_FIRST_RUN_BYTES } from '../generation/decoding-memory';
import { countParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import { createRng } from '../random/rng';
import { planLearning } from './learning-plan';
import { planMemory, type MemoryPlan } from './memory-plan';
import type { RlConfig } from './rl/rl-config';
import type { SftConfig } from './sft-config';
import { PROGRAM_BYTES } from './training-memory';
import { trainingModeOf } from './training-mode';

/** A job that trains, before it starts. */
export type TrainingJob = (
  { readonly kind: 'sft'; readonly config: SftConfig } | { readonly kind: 'rl'; readonly config: RlConfig }
) & {
  readonly model: ModelConfig;
  /** Tokens of the longest row. */
  readonly rowTokens: number;
  /** Rows of functional tokens that learn. */
  readonly newRows: number;
};

/** What a training job takes at most, how it would be carried out, and what else would fit. */
export interface TrainingForecast {
  readonly bytes: number;
  readonly plan: MemoryPlan;
  /** Empty where the job fits as asked. */
  readonly proposals: readonly Proposal[];
}

/** Other settings of a job, by name, and what it would then take. */
export interface Proposal {
  readonly label: string;
  readonly bytes: number;
  readonly changes: Readonly<Record<string, number | string | boolean | null>>;
}

/** Tokens of a question with what a template puts around it. */
export const PROMPT_TOKENS = 256;
/** Sequences that the generator steps with at once, at most. */
const MAX_ROWS = 64;
/** Settings of the engine's generator. */
const GENERATOR = { maxBakedBytes: 2 ** 26, kvBytes: 0.875 * 2 ** 30 };
/** Texts that fine-tuning writes for a person to see. */
const SAMPLE_ROWS = 4;
const FLOAT = 4;

/** @param budgetBytes what the job may take in all */
export function forecastTraining(job: TrainingJob, budgetBytes: number): TrainingForecast {
  const plan = planJob(job, budgetBytes);
  return {
    bytes: plan.memory.total + besides(job),
    plan,
    proposals: plan.fits ? [] : propose(job, budgetBytes),
  };
}

/** Bytes of a job that writes texts alone. @param rows texts side by side */
export function forecastWriting(model: ModelConfig, rows: number, textTokens: number): number {
  return (
    PROGRAM_BYTES + WRITING_FIRST_RUN_BYTES + FLOAT * countParameters(model) + writingBytes(model, rows, textTokens)
  );
}

function planJob(job: TrainingJob, budgetBytes: number): MemoryPlan {
  const { config, model, rowTokens } = job;
  // Which rows learn makes no difference here, only how many.
  const rows = Array.from({ length: Math.min(job.newRows, model.vocabSize) }, (_, id) => id);
  return planMemory(
    {
      config: model,
      plan: planLearning(model, trainingModeOf(config, model, rows, createRng(0))),
      kept: { moments: config.moments, average: config.averageDecay > 0 },
      rowTokens,
      packing: config.packing,
      readsBase: true,
      precision: job.kind === 'sft' ? job.config.precision : 'fp32',
      loss: job.kind === 'sft' ? 'nll' : `policy-${job.config.klEstimator}`,
    },
    config,
    budgetBytes - besides(job),
  );
}

/** What a training job holds beside the trainer: texts to see or to learn from, and for RL the model that it began with. */
function besides(job: TrainingJob): number {
  if (job.kind === 'sft') return writingBytes(job.model, SAMPLE_ROWS, job.config.maxTokens);
  const { questionsPerIteration, pathsPerQuestion, maxNewTokens, klCoefficient } = job.config;
  const reference = klCoefficient > 0 ? FLOAT * countParameters(job.model) : 0;
  return reference + writingBytes(job.model, questionsPerIteration * pathsPerQuestion, PROMPT_TOKENS + maxNewTokens);
}

function writingBytes(config: ModelConfig, rows: number, textTokens: number): number {
  return estimateDecodingMemory({
    config,
    rows: Math.min(rows, MAX_ROWS),
    textTokens: Math.min(textTokens, config.maxPositions),
    prefixTokens: Math.min(PROMPT_TOKENS, textTokens),
    ...GENERATOR,
  });
}

const AUTOMATIC = { checkpointing: 'auto', microBatchTokens: null };
const NO_AVERAGE = { averageDecay: 0, writeAverage: false };

/** What takes less memory, the least change to the result first. Each includes the automatic choice of how steps are carried out. */
const CHANGES: readonly Pick<Proposal, 'label' | 'changes'>[] = [
  { label: 'Fit passes to the free memory', changes: AUTOMATIC },
  { label: 'Optimiser’s memory in bytes', changes: { ...AUTOMATIC, moments: 'int8' } },
  { label: 'In bytes, without an average', changes: { ...AUTOMATIC, ...NO_AVERAGE, moments: 'int8' } },
  { label: 'Train with LoRA', changes: { ...AUTOMATIC, ...NO_AVERAGE, method: 'lora' } },
  { label: 'Train the new rows alone', changes: { ...AUTOMATIC, ...NO_AVERAGE, method: 'rows' } },
];
/** More than these are no help. */
const MOST_PROPOSALS = 2;

function propose(job: TrainingJob, budgetBytes: number): readonly Proposal[] {
  const found: Proposal[] = [];
  const asked = new Map<string, unknown>(Object.entries(job.config));
  for (const { label, changes } of CHANGES) {
    if (Object.entries(changes).every(([name, value]) => asked.get(name) === value)) continue;
    // The changes are settings of both stages, each of its own type.
    const changed = { ...job, config: { ...job.config, ...changes } } as TrainingJob;
    const plan = planJob(changed, budgetBytes);
    if (plan.fits) found.push({ label, bytes: plan.memory.total + besides(changed), changes });
    if (found.length === MOST_PROPOSALS) break;
  }
  return found;
}
