import { createGrammar } from '../tokens/grammar';
import { lintSteps } from '../tokens/lint';
import type { Step } from '../tokens/render';

/** Responses as training data allows them: a check may follow any number of times only as the grammar says, and the first step may be an answer. */
const EXAMPLE_GRAMMAR = createGrammar({ rootDirectAnswer: true });

/** What the linter finds wrong with an example, as sentences; a wrong turn may say what its correction says differently, nothing else may repeat. */
export function exampleProblems(example: { readonly steps: readonly Step[] }): string[] {
  return lintSteps(example.steps, EXAMPLE_GRAMMAR);
}
