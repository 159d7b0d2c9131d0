import type { FunctionalTokenName } from './functional-tokens';
import { RFTT_TOKENS, type TokenSet } from './token-set';

/** Departures from the plain table. */
export interface GrammarOptions {
  /** Whose grammar it is; the eight tokens of the paper unless told. */
  readonly set?: TokenSet;
  /** A response may be one direct answer; on where training data is made, off in reinforcement learning. */
  readonly rootDirectAnswer?: boolean;
  /** Checks in a row; the paper's own code sets no limit. */
  readonly maxVerifyRun?: number;
  /** Longest response in steps; its last step can only be one that ends it. Without it no limit. */
  readonly maxDepth?: number;
  /** Steps of these kinds may not begin; what ends a response cannot be left out. */
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

/** Who may follow whom, compiled to bits: bit i stands for token i of the set. */
export interface Grammar {
  readonly options: Required<GrammarOptions>;
  readonly set: TokenSet;
  /** Bit mask of the steps that may begin in a state; 0 after the last step. */
  legalMask(state: GrammarState): number;
  /** The same as names, in table order. */
  legal(state: GrammarState): readonly FunctionalTokenName[];
  isLegal(state: GrammarState, name: FunctionalTokenName): boolean;
  /** State after one more step; does not ask whether it was legal. */
  after(state: GrammarState, name: FunctionalTokenName): GrammarState;
}

/** Compiles the set and the options to one grammar, used alike by search, decoding and linter. */
export function createGrammar(options: GrammarOptions = {}): Grammar {
  const full: Required<GrammarOptions> = {
    set: RFTT_TOKENS,
    rootDirectAnswer: false,
    maxVerifyRun: 2,
    maxDepth: Number.POSITIVE_INFINITY,
    without: [],
    ...options,
  };
  const { set } = full;
  // A name of another set has no bit: it is legal nowhere.
  const bit = (name: FunctionalTokenName): number => (set.indexOf(name) < 0 ? 0 : 1 << set.indexOf(name));
  const maskOf = (names: readonly FunctionalTokenName[]): number => names.reduce((mask, name) => mask | bit(name), 0);
  const starts = maskOf(set.tokens.filter((token) => token.startsResponse).map((token) => token.name));
  const rootMask = full.rootDirectAnswer ? starts | maskOf(set.withRole('direct_answer')) : starts;
  const followMasks = set.tokens.map((token) => maskOf(token.followedBy));
  const verifyBits = maskOf(set.withRole('verify'));
  const outputBits = maskOf(set.withRole('output'));
  const leftMask = ~maskOf(full.without.filter((name) => !set.isTerminal(name)));

  const legalMask = ({ last, depth, verifyRun }: GrammarState): number => {
    if (last !== null && set.isTerminal(last)) return 0;
    if (depth >= full.maxDepth) return 0;
    if (depth === full.maxDepth - 1) return outputBits;
    const mask = last === null ? rootMask : (followMasks[set.indexOf(last)] ?? 0);
    const left = (verifyRun >= full.maxVerifyRun ? mask & ~verifyBits : mask) & leftMask;
    // Where everything else was left out the response comes to its end.
    return left === 0 ? outputBits : left;
  };
  const namesOf = listNames(set.names);
  return {
    options: full,
    set,
    legalMask,
    legal: (state) => namesOf(legalMask(state)),
    isLegal: (state, name) => (legalMask(state) & bit(name)) !== 0,
    after: (state, name) => ({
      last: name,
      depth: state.depth + 1,
      verifyRun: set.roleOf(name) === 'verify' ? state.verifyRun + 1 : 0,
    }),
  };
}

const exampleGrammars = new WeakMap<TokenSet, Grammar>();

/** The grammar of training data: as the set says, and a response may be one direct answer. Made once for each set. */
export function exampleGrammar(set: TokenSet): Grammar {
  const grammar = exampleGrammars.get(set) ?? createGrammar({ set, rootDirectAnswer: true });
  exampleGrammars.set(set, grammar);
  return grammar;
}

/** The names that a mask stands for, each list made once. */
function listNames(names: readonly FunctionalTokenName[]): (mask: number) => readonly FunctionalTokenName[] {
  const lists = new Map<number, readonly FunctionalTokenName[]>();
  return (mask) => {
    const known = lists.get(mask) ?? names.filter((_name, index) => (mask & (1 << index)) !== 0);
    lists.set(mask, known);
    return known;
  };
}

/** State after a list of steps. */
export function stateAfter(grammar: Grammar, names: readonly FunctionalTokenName[]): GrammarState {
  return names.reduce((state, name) => grammar.after(state, name), GRAMMAR_START);
}
