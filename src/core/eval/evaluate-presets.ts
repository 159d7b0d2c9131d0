import { definePresets } from '../presets';
import type { EvaluateConfig } from './evaluate-config';

/** Where an evaluation begins: what fits a model of some size, and what each preset changes. */
export const EVALUATE_PRESETS = definePresets<EvaluateConfig>({
  bySize: {
    tiny: { maxNewTokens: 400, concurrentQuestions: 64 },
    small: { maxQuestions: 50, maxNewTokens: 512, concurrentQuestions: 8 },
    large: { maxQuestions: 20, maxNewTokens: 512, concurrentQuestions: 4 },
  },
  presets: {
    quick: { maxQuestions: 50 },
    thorough: { maxQuestions: null, mode: 'both' },
    paper: { maxNewTokens: 4096, maxQuestions: null },
  },
});
