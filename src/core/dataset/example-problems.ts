import { exampleGrammar } from '../tokens/grammar';
import { lintSteps } from '../tokens/lint';
import type { Step } from '../tokens/render';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';

/**
 * What the linter finds wrong with an example, as sentences; a wrong turn may say what its correction says differently, nothing else may repeat.
 * Responses as training data allows them: a check may follow any number of times only as the grammar says, and the first step may be an answer.
 */
export function exampleProblems(example: { readonly steps: readonly Step[] }, set: TokenSet = RFTT_TOKENS): string[] {
  return lintSteps(example.steps, exampleGrammar(set));
}
