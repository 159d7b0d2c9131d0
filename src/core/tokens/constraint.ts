import type { TokenConstraint } from '../generation/generator';
import { GRAMMAR_START, type Grammar, type GrammarState } from './grammar';
import type { FunctionalTokenName } from './functional-tokens';
import type { FunctionalTokenIds } from './token-ids';

/**
 * Holds a whole response to the grammar while it is sampled: where a step may begin only legal open tokens (after the last step only the
 * end of sequence), inside a step everything but foreign tags and the end of sequence, after a close token the line break.
 * One instance per request: it follows the sequence it is asked about.
 */
export function createGrammarConstraint(grammar: Grammar, tokens: FunctionalTokenIds): TokenConstraint {
  const forbiddenInside = forbiddenTable(tokens);
  let seen = 0;
  let state: GrammarState = GRAMMAR_START;
  let inside: FunctionalTokenName | null = null;
  /** Ids of the line break still to be written after a close token. */
  let breakLeft = 0;

  const follow = (newIds: readonly number[]) => {
    if (newIds.length < seen) [seen, state, inside, breakLeft] = [0, GRAMMAR_START, null, 0];
    for (; seen < newIds.length; seen++) {
      const id = newIds[seen]!;
      const opened = tokens.opens.get(id);
      if (inside === null && opened !== undefined) inside = opened;
      else if (inside !== null && id === tokens.close[inside]) {
        state = grammar.after(state, inside);
        inside = null;
        breakLeft = tokens.newline.length;
      } else if (breakLeft > 0) breakLeft--;
    }
  };

  return {
    allowed(newIds) {
      follow(newIds);
      if (inside !== null) return null;
      if (breakLeft > 0) return [tokens.newline[tokens.newline.length - breakLeft]!];
      const legal = grammar.legal(state);
      return legal.length === 0 ? tokens.eos : legal.map((name) => tokens.open[name]!);
    },
    forbidden(newIds) {
      follow(newIds);
      return inside === null ? [] : forbiddenInside[inside]!;
    },
  };
}

/** For each step, what may not be written inside it: every functional token but its own close tag, and the end of sequence. */
export function forbiddenTable(tokens: FunctionalTokenIds): Readonly<Record<FunctionalTokenName, readonly number[]>> {
  const entries = Object.entries(tokens.close).map(([name, close]) => [
    name,
    [...tokens.all.filter((id) => id !== close), ...tokens.eos],
  ]);
  return Object.fromEntries(entries) as Record<FunctionalTokenName, readonly number[]>;
}
