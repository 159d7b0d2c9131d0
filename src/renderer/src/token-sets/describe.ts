import type { TokenSetProblem } from '@core/tokens/check-token-set';
import type { TokenSetData } from '@core/tokens/token-set';
import { factsOf } from '../tokens/token-facts';
import { texts } from './texts/en';

/** A problem of a set as a sentence in the window's language. */
export function describeProblem({ kind, token, detail }: TokenSetProblem, set: TokenSetData): string {
  const found = set.tokens.find(({ name }) => name === token);
  return texts.problem[kind](found ? factsOf(found).label : (token ?? ''), detail);
}
