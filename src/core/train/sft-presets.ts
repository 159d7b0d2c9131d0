import { definePresets } from '../presets';
import type { SftConfig } from './sft-config';

/** Where fine-tuning begins: what fits a model of some size, and what each preset changes. */
export const SFT_PRESETS = definePresets<SftConfig>({
  bySize: {
    tiny: { learningRate: 1e-3, epochs: 5, minUpdates: 120, batchSize: 16, maxTokens: 384, checkpointEvery: 40 },
    small: { method: 'lora', learningRate: 2e-4, epochs: 3, batchSize: 8, maxTokens: 768 },
    large: { method: 'lora', learningRate: 1e-4, epochs: 2, batchSize: 8, maxTokens: 1024 },
  },
  presets: {
    quick: { epochs: 2, minUpdates: 40 },
    thorough: { epochs: 10 },
    paper: {
      method: 'full',
      learningRate: 7e-6,
      schedule: 'constant',
      epochs: 10,
      batchSize: 128,
      newRowRate: 1,
      maxTokens: 8192,
    },
  },
});
