import type { RoadPlan } from './demo-settings';

/** Facts on which a plan for somebody's own model depends. */
export interface RealMaterial {
  readonly seed: number;
  /** Every stage as small as it can be. */
  readonly quick: boolean;
  readonly trainQuestions: number;
  readonly testQuestions: number;
  readonly parameterCount: number;
}

/** Models above this size learn by LoRA: all weights with their moments would not fit beside each other on a laptop. */
const FULL_UP_TO_PARAMETERS = 30_000_000;

/**
 * The road on a model and questions of the person, sized for one machine: LoRA for anything larger than a toy, a few trees at a time, at most a
 * hundred questions searched.
 */
export function realPlan({ seed, quick, trainQuestions, testQuestions, parameterCount }: RealMaterial): RoadPlan {
  const method = parameterCount > FULL_UP_TO_PARAMETERS ? 'lora' : 'full';
  return {
    searchQuestions: Math.min(trainQuestions, quick ? 3 : 100),
    rlQuestions: Math.min(trainQuestions, quick ? 3 : 200),
    validationQuestions: Math.min(testQuestions, quick ? 5 : 50),
    testQuestions: Math.min(testQuestions, quick ? 20 : 200),
    settings: {
      tokens: { initialisation: 'spelling', seed },
      search: {
        expander: 'prompted',
        promptSet: 'instruct',
        numSimulations: quick ? 4 : 16,
        maxDepth: quick ? 4 : 15,
        maxStepTokens: quick ? 48 : 256,
        maxAnswerTokens: quick ? 96 : 512,
        concurrentTrees: quick ? 3 : 8,
        seed,
      },
      examples: {
        promptSet: 'instruct',
        verifyMaxTokens: quick ? 64 : 256,
        maxTokens: quick ? 768 : 2048,
        contaminationWords: 0,
        seed,
      },
      sft: {
        method,
        loraRank: 16,
        loraAlpha: 32,
        learningRate: method === 'lora' ? 2e-4 : 5e-4,
        epochs: quick ? 1 : 3,
        maxUpdates: quick ? 3 : null,
        batchSize: quick ? 2 : 16,
        maxTokens: quick ? 768 : 2048,
        microBatchTokens: 1024,
        seed,
      },
      rl: {
        method,
        learningRate: method === 'lora' ? 5e-5 : 1e-4,
        iterations: quick ? 2 : 20,
        questionsPerIteration: quick ? 2 : 8,
        pathsPerQuestion: quick ? 3 : 8,
        pathsPerUpdate: quick ? 6 : 64,
        maxNewTokens: quick ? 128 : 768,
        maxStepTokens: quick ? 40 : 256,
        maxDepth: quick ? 4 : 18,
        microBatchTokens: 1024,
        evaluateQuestions: quick ? 4 : 50,
        skipSettled: !quick,
        seed,
      },
      evaluate: { mode: 'greedy', maxNewTokens: quick ? 128 : 768, concurrentQuestions: 20, seed },
      export: { form: 'merged', dtype: 'F32' },
    },
  };
}
