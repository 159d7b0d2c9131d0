import { join } from 'node:path';
import { z } from 'zod';
import { learningBytes } from '@core/train/learning-state';
import { planLearning, type TrainingMode } from '@core/train/learning-plan';
import { planMemory, type MemoryPlan } from '@core/train/memory-plan';
import { listLearning } from '@core/train/train-graph';
import type { TrainingShape } from '@core/train/training-memory';
import type { SftConfig } from '@core/train/sft-config';
import { readAvailableMemory } from '../available-memory';
import type { JobContext } from '../job-context';
import { readJsonState, writeJsonAtomic } from '../run-state';

/** Share of the memory that is free now which a job may take; the rest is for the person's other programs. */
const SHARE = 0.8;

/** How a step is carried out. */
const StepPlan = z.object({ checkpointing: z.boolean(), maxTokensPerMicroBatch: z.number().int() });
export type StepPlan = z.infer<typeof StepPlan>;

/** The settings that decide how much memory a step takes. */
export type MemorySettings = Pick<
  SftConfig,
  'checkpointing' | 'microBatchTokens' | 'packing' | 'moments' | 'averageDecay'
> &
  Partial<Pick<SftConfig, 'precision'>>;

export interface PlannedJob extends Pick<TrainingShape, 'config' | 'rowTokens' | 'loss'> {
  readonly mode: TrainingMode;
  readonly settings: MemorySettings;
  /** Bytes that the job will need besides training. */
  readonly besides?: number;
}

/**
 * Chooses how steps are carried out from what is free, once: a resumed run goes on in the same way whatever is free then, since other runs of
 * tokens give numbers that differ in the last places. Says in the log what was chosen, and warns when nothing fits; it never refuses.
 */
export function planSteps(
  context: Pick<JobContext, 'stateFolder' | 'log'>,
  job: PlannedJob,
  availableBytes = readAvailableMemory(),
): StepPlan {
  const path = join(context.stateFolder, 'memory-plan.json');
  const known = readJsonState(path, (value) => StepPlan.parse(value));
  if (known !== null) return known;
  const { config, mode, settings, rowTokens, loss, besides = 0 } = job;
  const plan = planLearning(config, mode);
  const kept = { moments: settings.moments, average: settings.averageDecay > 0 };
  // What the process holds already is no longer free, and counts in the estimate.
  const budget = SHARE * availableBytes + process.memoryUsage.rss() - besides;
  const chosen = planMemory(
    {
      config,
      plan,
      kept,
      rowTokens,
      packing: settings.packing,
      readsBase: true,
      precision: settings.precision ?? 'fp32',
      loss,
    },
    settings,
    budget,
  );
  context.log('info', describe(chosen), {
    code: 'memory-plan',
    values: {
      tokens: chosen.maxTokensPerMicroBatch,
      blocks: chosen.checkpointing ? 'recomputed' : 'kept',
      bytes: chosen.memory.total,
    },
  });
  if (!chosen.fits) {
    const state = learningBytes(listLearning(config, plan), kept);
    context.log(
      'warning',
      `This will hardly fit: about ${gigabytes(chosen.memory.total + besides)} are needed and ${gigabytes(availableBytes)} are free. ` +
        `Shorter examples, LoRA or the optimiser's memory in bytes (its state takes ${gigabytes(state)} here) need less; closing other programs helps too.`,
      { code: 'memory-short', values: { needed: chosen.memory.total + besides, free: availableBytes } },
    );
  }
  const step = { checkpointing: chosen.checkpointing, maxTokensPerMicroBatch: chosen.maxTokensPerMicroBatch };
  writeJsonAtomic(path, step);
  return step;
}

function describe({ checkpointing, maxTokensPerMicroBatch, memory }: MemoryPlan): string {
  const blocks = checkpointing ? 'blocks recomputed in the backward pass' : 'all blocks kept for the backward pass';
  return `Up to ${maxTokensPerMicroBatch} tokens per pass, ${blocks}: about ${gigabytes(memory.total)} at most.`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
}
