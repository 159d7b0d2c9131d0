import { definePresets } from '../presets';
import type { SearchConfig } from './search-config';

/** Where a tree search begins: what fits a model of some size, and what each preset changes. */
export const SEARCH_PRESETS = definePresets<SearchConfig>({
  bySize: {
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
  presets: {
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
});
