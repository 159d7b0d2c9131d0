import type { Tokenizer } from '../tokenizer/tokenizer';
import { renderIds, type Step } from '../tokens/render';
import { functionalTokenIds, hasFunctionalTokens } from '../tokens/token-ids';

/** Tokens of a question in its chat template and of a response with its tags and its end; before the functional tokens were added, as if they were. */
export function countTokens(prompt: string, steps: readonly Step[], tokenizer: Tokenizer): number {
  const question = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true }).length;
  const response = hasFunctionalTokens(tokenizer)
    ? renderIds(steps, tokenizer, functionalTokenIds(tokenizer), { withEos: true }).ids.length
    : steps.reduce((sum, step) => sum + tokenizer.encode(`\n${step.text}\n`).length + 3, 1);
  return question + response;
}
