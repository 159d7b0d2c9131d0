import { definePresets } from '../../presets';
import type { PrmConfig } from './prm-config';

/** Where training a judge begins: what fits a model of some size, and what each preset changes. */
export const PRM_PRESETS = definePresets<PrmConfig>({
  bySize: {
    tiny: { learningRate: 3e-4, epochs: 3, maxTokens: 512 },
    small: { method: 'lora', learningRate: 1e-4, batchSize: 8, maxTokens: 768 },
    large: { method: 'lora', learningRate: 5e-5, epochs: 1, batchSize: 8, maxTokens: 1024 },
  },
  presets: { quick: { epochs: 1 }, thorough: { epochs: 6 }, paper: { labels: 'hard', method: 'full' } },
});
