import type { z } from 'zod';
import type { STAGE_CONFIGS } from '@contracts/jobs';
import type { Checkpoint } from '@contracts/models';
import type { PresetName } from './wizard-draft';

export type StageKind = keyof typeof STAGE_CONFIGS;
export type StageSettings<K extends StageKind> = Partial<z.input<(typeof STAGE_CONFIGS)[K]>>;
type SizeClass = 'tiny' | 'small' | 'large';

/** What a preset adds to the suggestion for a model of some size. */
type Presets<K extends StageKind> = Readonly<Record<Exclude<PresetName, 'balanced'>, StageSettings<K>>>;

/** Weights below which a model counts as tiny or small; the tables below were chosen at 2 M, 135 M and 1 B and more. */
const TINY_BELOW = 20e6;
const SMALL_BELOW = 700e6;

/** Settings that fit a model of some size on an ordinary machine: tiny ones learn fast, large ones must be spared. */
const BY_SIZE: { readonly [K in StageKind]: Readonly<Record<SizeClass, StageSettings<K>>> } = {
  tokens: { tiny: { initialisation: 'cue' }, small: {}, large: {} },
  search: {
    tiny: {
      maxQuestions: 700,
      numSimulations: 8,
      maxStepTokens: 64,
      maxAnswerTokens: 96,
      maxPathTokens: 384,
      children: 'narrow',
      concurrentTrees: 150,
    },
    small: {
      maxQuestions: 50,
      numSimulations: 8,
      maxStepTokens: 128,
      maxAnswerTokens: 256,
      maxPathTokens: 1024,
      children: 'narrow',
      concurrentTrees: 8,
    },
    large: { maxQuestions: 20, numSimulations: 8, children: 'narrow', concurrentTrees: 4 },
  },
  examples: {
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
  sft: {
    tiny: { learningRate: 1e-3, epochs: 5, minUpdates: 120, batchSize: 16, maxTokens: 384, checkpointEvery: 40 },
    small: { method: 'lora', learningRate: 2e-4, epochs: 3, batchSize: 8, maxTokens: 768 },
    large: { method: 'lora', learningRate: 1e-4, epochs: 2, batchSize: 8, maxTokens: 1024 },
  },
  prm: {
    tiny: { learningRate: 3e-4, epochs: 3, maxTokens: 512 },
    small: { method: 'lora', learningRate: 1e-4, batchSize: 8, maxTokens: 768 },
    large: { method: 'lora', learningRate: 5e-5, epochs: 1, batchSize: 8, maxTokens: 1024 },
  },
  rl: {
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
  evaluate: {
    tiny: { maxNewTokens: 400, concurrentQuestions: 64 },
    small: { maxQuestions: 50, maxNewTokens: 512, concurrentQuestions: 8 },
    large: { maxQuestions: 20, maxNewTokens: 512, concurrentQuestions: 4 },
  },
  export: { tiny: {}, small: {}, large: {} },
};

const PRESETS: { readonly [K in StageKind]: Presets<K> } = {
  tokens: { quick: {}, thorough: {}, paper: {} },
  search: {
    quick: { maxQuestions: 40, numSimulations: 4 },
    thorough: { maxQuestions: 1000, numSimulations: 16 },
    paper: {
      maxQuestions: 1000,
      numSimulations: 16,
      maxDepth: 15,
      temperature: 0.7,
      children: 'paper',
      lazySiblings: false,
      maxStepTokens: 512,
      maxAnswerTokens: 4096,
      maxPathTokens: 8192,
    },
  },
  examples: {
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
  sft: {
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
  prm: { quick: { epochs: 1 }, thorough: { epochs: 6 }, paper: { labels: 'hard', method: 'full' } },
  rl: {
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
  evaluate: {
    quick: { maxQuestions: 50 },
    thorough: { maxQuestions: null, mode: 'both' },
    paper: { maxNewTokens: 4096, maxQuestions: null },
  },
  export: { quick: {}, thorough: {}, paper: {} },
};

/** Stages where "how thorough" means something. */
export function hasPresets(kind: StageKind): boolean {
  return Object.values<object>(PRESETS[kind]).some((preset) => Object.keys(preset).length > 0);
}

/** The settings that a stage begins with: those of the schema, then what fits the model, then the preset. */
export function suggestSettings(
  kind: StageKind,
  defaults: Readonly<Record<string, unknown>>,
  checkpoint: Checkpoint | null,
  preset: PresetName,
): Record<string, unknown> {
  const bySize = checkpoint ? BY_SIZE[kind][sizeOf(checkpoint)] : {};
  const byModel = checkpoint && 'promptSet' in defaults ? { promptSet: checkpoint.promptSet } : {};
  return { ...defaults, ...bySize, ...byModel, ...(preset === 'balanced' ? {} : PRESETS[kind][preset]) };
}

function sizeOf(checkpoint: Checkpoint): SizeClass {
  if (checkpoint.parameterCount < TINY_BELOW) return 'tiny';
  return checkpoint.parameterCount < SMALL_BELOW ? 'small' : 'large';
}
