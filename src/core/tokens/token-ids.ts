import { WorkbenchError } from '../errors';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { FUNCTIONAL_SURFACES, FUNCTIONAL_TOKENS, type FunctionalTokenName } from './functional-tokens';

/** The ids that functional tokens and their surroundings have in one vocabulary. */
export interface FunctionalTokenIds {
  readonly open: Readonly<Record<FunctionalTokenName, number>>;
  readonly close: Readonly<Record<FunctionalTokenName, number>>;
  /** Name of the token that an id opens. */
  readonly opens: ReadonlyMap<number, FunctionalTokenName>;
  /** Name of the token that an id closes. */
  readonly closes: ReadonlyMap<number, FunctionalTokenName>;
  /** All sixteen. */
  readonly all: readonly number[];
  /** The line break between steps; one id in most vocabularies. */
  readonly newline: readonly number[];
  /** Ends a response; the first is the one written in examples. */
  readonly eos: readonly number[];
}

/**
 * Looks the sixteen tokens up in a vocabulary.
 * @throws WorkbenchError `functional-tokens-missing` when the stage `tokens` has not been run on this model
 */
export function functionalTokenIds(tokenizer: Tokenizer): FunctionalTokenIds {
  const missing = FUNCTIONAL_TOKENS.flatMap((token) => [token.open, token.close]).filter(
    (surface) => tokenizer.idOf(surface) === null,
  );
  if (missing.length > 0) {
    throw new WorkbenchError(
      'precondition',
      `The vocabulary of this model lacks the functional tokens ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' and others' : ''}.`,
      {
        code: 'functional-tokens-missing',
        where: 'tokenizer',
        wayOut: 'Add the functional tokens to the model first.',
      },
    );
  }
  const idsOf = (side: 'open' | 'close') =>
    Object.fromEntries(FUNCTIONAL_TOKENS.map((token) => [token.name, tokenizer.idOf(token[side])!])) as Record<
      FunctionalTokenName,
      number
    >;
  const open = idsOf('open');
  const close = idsOf('close');
  return {
    open,
    close,
    opens: new Map(FUNCTIONAL_TOKENS.map((token) => [open[token.name], token.name])),
    closes: new Map(FUNCTIONAL_TOKENS.map((token) => [close[token.name], token.name])),
    all: [...Object.values(open), ...Object.values(close)],
    newline: [...tokenizer.encode('\n')],
    eos: tokenizer.eosIds,
  };
}

/** Whether a vocabulary has all sixteen tokens. */
export function hasFunctionalTokens(tokenizer: Tokenizer): boolean {
  return FUNCTIONAL_TOKENS.every(
    (token) => tokenizer.idOf(token.open) !== null && tokenizer.idOf(token.close) !== null,
  );
}

const idsOfTokenizer = new WeakMap<Tokenizer, readonly number[]>();

/** Ids of whichever functional tokens a vocabulary has; the same array each time, as bans of a generator want it. */
export function functionalIdsOf(tokenizer: Tokenizer): readonly number[] {
  let ids = idsOfTokenizer.get(tokenizer);
  if (ids === undefined) {
    ids = FUNCTIONAL_SURFACES.map((surface) => tokenizer.idOf(surface)).filter((id) => id !== null);
    idsOfTokenizer.set(tokenizer, ids);
  }
  return ids;
}
