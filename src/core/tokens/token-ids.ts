import { WorkbenchError } from '../errors';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { FunctionalTokenName } from './functional-tokens';
import { RFTT_TOKENS, type TokenSet } from './token-set';

/** The ids that functional tokens and their surroundings have in one vocabulary. */
export interface FunctionalTokenIds {
  readonly set: TokenSet;
  /** By name; a name of another set has none. */
  readonly open: Readonly<Record<FunctionalTokenName, number>>;
  readonly close: Readonly<Record<FunctionalTokenName, number>>;
  /** Name of the token that an id opens. */
  readonly opens: ReadonlyMap<number, FunctionalTokenName>;
  /** Name of the token that an id closes. */
  readonly closes: ReadonlyMap<number, FunctionalTokenName>;
  /** All of them, open ids first. */
  readonly all: readonly number[];
  /** The line break between steps; one id in most vocabularies. */
  readonly newline: readonly number[];
  /** Ends a response; the first is the one written in examples. */
  readonly eos: readonly number[];
}

/** A tokenizer says which ids there are; which of them are functional tokens, and how they may follow, is known of it beside. */
const setsOfTokenizers = new WeakMap<Tokenizer, TokenSet>();

/** Says once, where a model is opened or grown, which token set a vocabulary has. Returns the tokenizer. */
export function declareTokenSet(tokenizer: Tokenizer, set: TokenSet): Tokenizer {
  setsOfTokenizers.set(tokenizer, set);
  return tokenizer;
}

/** The token set of a vocabulary: the one that was declared, else the eight of the paper. */
export function tokenSetOf(tokenizer: Tokenizer): TokenSet {
  return setsOfTokenizers.get(tokenizer) ?? RFTT_TOKENS;
}

/**
 * Looks the tokens of its set up in a vocabulary.
 * @throws WorkbenchError `functional-tokens-missing` when the stage `tokens` has not been run on this model
 */
export function functionalTokenIds(tokenizer: Tokenizer): FunctionalTokenIds {
  const set = tokenSetOf(tokenizer);
  const missing = set.tokens
    .flatMap((token) => [token.open, token.close])
    .filter((surface) => tokenizer.idOf(surface) === null);
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
    Object.fromEntries(set.tokens.map((token) => [token.name, tokenizer.idOf(token[side])!]));
  const open = idsOf('open');
  const close = idsOf('close');
  return {
    set,
    open,
    close,
    opens: new Map(set.names.map((name) => [open[name]!, name])),
    closes: new Map(set.names.map((name) => [close[name]!, name])),
    all: [...Object.values(open), ...Object.values(close)],
    newline: [...tokenizer.encode('\n')],
    eos: tokenizer.eosIds,
  };
}

/** Whether a vocabulary has all tokens of its set. */
export function hasFunctionalTokens(tokenizer: Tokenizer): boolean {
  return tokenSetOf(tokenizer).surfaces.every((surface) => tokenizer.idOf(surface) !== null);
}

const idsOfTokenizer = new WeakMap<Tokenizer, readonly number[]>();

/** Ids of whichever functional tokens a vocabulary has; the same array each time, as bans of a generator want it. */
export function functionalIdsOf(tokenizer: Tokenizer): readonly number[] {
  let ids = idsOfTokenizer.get(tokenizer);
  if (ids === undefined) {
    ids = tokenSetOf(tokenizer)
      .surfaces.map((surface) => tokenizer.idOf(surface))
      .filter((id) => id !== null);
    idsOfTokenizer.set(tokenizer, ids);
  }
  return ids;
}
