import {
  FUNCTIONAL_TOKENS,
  functionalToken,
  functionalTokenIndex,
  type FunctionalTokenName,
} from './functional-tokens';

/** Departures from the plain table. */
export interface GrammarOptions {
  /** A response may be one direct answer; on where training data is made, off in reinforcement learning. */
  readonly rootDirectAnswer?: boolean;
  /** Checks in a row; the paper's own code sets no limit. */
  readonly maxVerifyRun?: number;
  /** Longest response in steps; its last step can only be `output`. Without it no limit. */
  readonly maxDepth?: number;
  /** Steps of these kinds may not begin; `output` cannot be left out, a response ends with it. */
  readonly without?: readonly FunctionalTokenName[];
}

/** Where a response stands; enough to say which step may begin. */
export interface GrammarState {
  /** Name of the last step, null at the question. */
  readonly last: FunctionalTokenName | null;
  /** Steps so far. */
  readonly depth: number;
  /** Checks in a row up to here. */
  readonly verifyRun: number;
}

export const GRAMMAR_START: GrammarState = { last: null, depth: 0, verifyRun: 0 };

/** Who may follow whom, compiled to bits: bit i stands for row i of the token table. */
export interface Grammar {
  readonly options: Required<GrammarOptions>;
  /** Bit mask of the steps that may begin in a state; 0 after the last step. */
  legalMask(state: GrammarState): number;
  /** The same as names, in table order. */
  legal(state: GrammarState): readonly FunctionalTokenName[];
  isLegal(state: GrammarState, name: FunctionalTokenName): boolean;
  /** State after one more step; does not ask whether it was legal. */
  after(state: GrammarState, name: FunctionalTokenName): GrammarState;
}

const bit = (name: FunctionalTokenName): number => 1 << functionalTokenIndex(name);
const maskOf = (names: readonly FunctionalTokenName[]): number => names.reduce((mask, name) => mask | bit(name), 0);

const ROOT_MASK = maskOf(FUNCTIONAL_TOKENS.filter((token) => token.startsResponse).map((token) => token.name));
const FOLLOW_MASKS: readonly number[] = FUNCTIONAL_TOKENS.map((token) => maskOf(token.followedBy));

/** Every list of names that a mask can stand for, made once. */
const NAMES_OF_MASK: readonly (readonly FunctionalTokenName[])[] = Array.from(
  { length: 1 << FUNCTIONAL_TOKENS.length },
  (_, mask) => FUNCTIONAL_TOKENS.filter((_token, index) => (mask & (1 << index)) !== 0).map((token) => token.name),
);

/** Compiles the table and the options to one grammar, used alike by search, decoding and linter. */
export function createGrammar(options: GrammarOptions = {}): Grammar {
  const full: Required<GrammarOptions> = {
    rootDirectAnswer: false,
    maxVerifyRun: 2,
    maxDepth: Number.POSITIVE_INFINITY,
    without: [],
    ...options,
  };
  const rootMask = full.rootDirectAnswer ? ROOT_MASK | bit('direct_answer') : ROOT_MASK;
  const verifyBit = bit('verify');
  const outputBit = bit('output');
  const leftMask = ~maskOf(full.without.filter((name) => name !== 'output'));

  const legalMask = ({ last, depth, verifyRun }: GrammarState): number => {
    if (last !== null && functionalToken(last).terminal) return 0;
    if (depth >= full.maxDepth) return 0;
    if (depth === full.maxDepth - 1) return outputBit;
    const mask = last === null ? rootMask : FOLLOW_MASKS[functionalTokenIndex(last)]!;
    const left = (verifyRun >= full.maxVerifyRun ? mask & ~verifyBit : mask) & leftMask;
    // Where everything else was left out the response comes to its end.
    return left === 0 ? outputBit : left;
  };
  const legal = (state: GrammarState) => NAMES_OF_MASK[legalMask(state)]!;
  return {
    options: full,
    legalMask,
    legal,
    isLegal: (state, name) => (legalMask(state) & bit(name)) !== 0,
    after: (state, name) => ({
      last: name,
      depth: state.depth + 1,
      verifyRun: name === 'verify' ? state.verifyRun + 1 : 0,
    }),
  };
}

/** State after a list of steps. */
export function stateAfter(grammar: Grammar, names: readonly FunctionalTokenName[]): GrammarState {
  return names.reduce((state, name) => grammar.after(state, name), GRAMMAR_START);
}
