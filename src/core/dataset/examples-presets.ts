import { definePresets } from '../presets';
import type { ExamplesConfig } from './examples-config';

/** Where making examples begins: what fits a model of some size, and what each preset changes. */
export const EXAMPLES_PRESETS = definePresets<ExamplesConfig>({
  bySize: {
    tiny: {
      maxMergesPerPath: 2,
      wrongTailScope: 'step',
      verifyMaxTokens: 96,
      maxTokens: 384,
      minSharedSteps: 0,
      contaminationWords: 0,
    },
    small: { verifyMaxTokens: 160, maxTokens: 1024 },
    large: {},
  },
  presets: {
    quick: {},
    thorough: { maxPathsPerQuestion: 6 },
    paper: {
      selection: 'paper',
      maxMergesPerPath: 1,
      wrongTailScope: 'tail',
      maskWrongTail: false,
      verifyMaxTokens: 512,
      maxTokens: 8192,
    },
  },
});
