import { definePresets } from '../../presets';
import type { RlConfig } from './rl-config';

/** Where exploring begins: what fits a model of some size, and what each preset changes. */
export const RL_PRESETS = definePresets<RlConfig>({
  bySize: {
    tiny: {
      iterations: 8,
      pathsPerUpdate: 256,
      learningRate: 2e-4,
      maxNewTokens: 320,
      maxStepTokens: 96,
      checkpointEvery: 4,
      evaluateEvery: 4,
      evaluateQuestions: 100,
    },
    small: {
      method: 'lora',
      iterations: 10,
      questionsPerIteration: 4,
      pathsPerQuestion: 8,
      pathsPerUpdate: 32,
      learningRate: 5e-5,
      maxNewTokens: 512,
      checkpointEvery: 2,
      evaluateEvery: 5,
      evaluateQuestions: 20,
    },
    large: {
      method: 'lora',
      iterations: 10,
      questionsPerIteration: 4,
      pathsPerQuestion: 8,
      pathsPerUpdate: 32,
      learningRate: 2e-5,
      maxNewTokens: 512,
      checkpointEvery: 2,
      evaluateEvery: 5,
      evaluateQuestions: 10,
    },
  },
  presets: {
    quick: { iterations: 2, questionsPerIteration: 8, pathsPerQuestion: 8, pathsPerUpdate: 64, evaluateQuestions: 30 },
    thorough: { iterations: 60 },
    paper: {
      method: 'full',
      reward: 'paper',
      iterations: 250,
      questionsPerIteration: 16,
      pathsPerQuestion: 16,
      pathsPerUpdate: 16,
      learningRate: 5e-7,
      temperature: 0.95,
      skipSettled: false,
      maxNewTokens: 8192,
      maxStepTokens: 512,
    },
  },
});
