import type { z } from 'zod';
import type { STAGE_CONFIGS } from '@contracts/jobs';

type Settings = { readonly [K in Exclude<keyof typeof STAGE_CONFIGS, 'prm'>]: z.input<(typeof STAGE_CONFIGS)[K]> };

/** How much of everything one walk of the road takes. `questions` counts the training questions that search and RL draw from. */
export interface RoadPlan {
  readonly searchQuestions: number;
  readonly rlQuestions: number;
  readonly validationQuestions: number;
  readonly testQuestions: number;
  readonly settings: Settings;
}

/** The embedded model on two cores within ten minutes; chosen on the validation questions (docs/experiments.md). */
export function fullDemoPlan(seed: number): RoadPlan {
  return {
    searchQuestions: 700,
    rlQuestions: 1000,
    validationQuestions: 150,
    testQuestions: 500,
    settings: {
      tokens: { initialisation: 'cue', promptSet: 'workbook', seed },
      search: {
        expander: 'prompted',
        promptSet: 'workbook',
        numSimulations: 8,
        temperature: 0.7,
        maxStepTokens: 64,
        maxAnswerTokens: 96,
        maxPathTokens: 320,
        children: 'narrow',
        concurrentTrees: 150,
        seed,
      },
      examples: {
        promptSet: 'workbook',
        maxPathsPerQuestion: 2,
        maxMergesPerPath: 2,
        minSharedSteps: 0,
        wrongTailScope: 'step',
        // Every step of work is checked: a model of this size learns a habit, not a judgement of where to doubt.
        confirmProbability: 1,
        confirmedShare: 1,
        cleanShare: 0.35,
        contaminationWords: 0,
        verifyMaxTokens: 96,
        maxTokens: 480,
        seed,
      },
      sft: {
        learningRate: 7e-4,
        epochs: 4,
        minUpdates: 120,
        maxUpdates: 200,
        batchSize: 16,
        maxTokens: 480,
        checkpointEvery: 40,
        seed,
      },
      rl: {
        iterations: 8,
        questionsPerIteration: 16,
        pathsPerQuestion: 16,
        pathsPerUpdate: 256,
        learningRate: 1e-4,
        klCoefficient: 0.01,
        temperature: 0.7,
        maxNewTokens: 440,
        maxStepTokens: 96,
        checkpointEvery: 4,
        evaluateEvery: 4,
        evaluateQuestions: 100,
        seed,
      },
      evaluate: { mode: 'greedy', maxNewTokens: 440, concurrentQuestions: 256, seed },
      export: { form: 'merged', dtype: 'F32' },
    },
  };
}

/** Every stage once, as small as it can be; says nothing about accuracy. */
export function quickDemoPlan(seed: number): RoadPlan {
  const full = fullDemoPlan(seed);
  return {
    searchQuestions: 40,
    rlQuestions: 64,
    validationQuestions: 30,
    testQuestions: 60,
    settings: {
      ...full.settings,
      search: { ...full.settings.search, numSimulations: 4 },
      sft: { ...full.settings.sft, epochs: 1, minUpdates: 20, batchSize: 16 },
      rl: {
        ...full.settings.rl,
        iterations: 2,
        questionsPerIteration: 8,
        pathsPerQuestion: 8,
        pathsPerUpdate: 64,
        evaluateQuestions: 30,
      },
    },
  };
}
