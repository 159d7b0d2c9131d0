/** What a step is for; groups the tokens in legends and filters. */
export type TokenCategory = 'plan' | 'work' | 'check' | 'finish';

/** Where a step may begin: at the question, or after a step of that name. */
export type FunctionalTokenName =
  'clarify' | 'analysis' | 'subquestion' | 'next_step' | 'direct_answer' | 'verify' | 'refine' | 'output';

/** One functional token: a pair of vocabulary entries that open and close a step of reasoning. */
export interface FunctionalToken {
  readonly name: FunctionalTokenName;
  /** Surface of the opening entry. */
  readonly open: string;
  /** Surface of the closing entry. */
  readonly close: string;
  /** What a step of this kind does; shown to people, and the text whose embedding a new row may start from. */
  readonly meaning: string;
  /** The sign that stands for it wherever a person meets it. */
  readonly glyph: string;
  readonly category: TokenCategory;
  /** May be the first step of a response. */
  readonly startsResponse: boolean;
  /** Steps that may come next: the table of the paper's code for reinforcement learning. */
  readonly followedBy: readonly FunctionalTokenName[];
  /** Ends the response. */
  readonly terminal: boolean;
  /** Has a prompt of its own in the prompted search; the others enter by merging. */
  readonly prompted: boolean;
}

/**
 * The eight functional tokens (arXiv 2502.13389). The only place that spells them: grammar, search, decoding, examples, charts and
 * tree viewer all read this table. Order is for display; ids never depend on it once a model was saved.
 */
export const FUNCTIONAL_TOKENS = [
  {
    name: 'clarify',
    open: '<clarify>',
    close: '</clarify>',
    meaning: 'Restate the question and its goal without losing a given fact.',
    glyph: '◇',
    category: 'plan',
    startsResponse: true,
    followedBy: ['analysis', 'subquestion', 'next_step', 'direct_answer'],
    terminal: false,
    prompted: true,
  },
  {
    name: 'analysis',
    open: '<analysis>',
    close: '</analysis>',
    meaning: 'Say in a sentence or two which way to go, without calculating.',
    glyph: '◎',
    category: 'plan',
    startsResponse: true,
    followedBy: ['subquestion', 'next_step', 'direct_answer'],
    terminal: false,
    prompted: true,
  },
  {
    name: 'subquestion',
    open: '<subquestion>',
    close: '</subquestion>',
    meaning: 'Name a smaller problem to solve next.',
    glyph: '?',
    category: 'plan',
    startsResponse: true,
    followedBy: ['next_step', 'direct_answer'],
    terminal: false,
    prompted: true,
  },
  {
    name: 'next_step',
    open: '<next_step>',
    close: '</next_step>',
    meaning: 'Do one step of reasoning with its calculation.',
    glyph: '→',
    category: 'work',
    startsResponse: true,
    followedBy: ['next_step', 'direct_answer', 'subquestion', 'verify', 'output'],
    terminal: false,
    prompted: true,
  },
  {
    name: 'direct_answer',
    open: '<direct_answer>',
    close: '</direct_answer>',
    meaning: 'Write the whole rest of the solution up to the answer.',
    glyph: '⇥',
    category: 'work',
    startsResponse: false,
    followedBy: ['output', 'verify'],
    terminal: false,
    prompted: true,
  },
  {
    name: 'verify',
    open: '<verify>',
    close: '</verify>',
    meaning: 'Check the steps before and say what is wrong or that it is right.',
    glyph: '✓',
    category: 'check',
    startsResponse: false,
    followedBy: ['next_step', 'refine', 'direct_answer', 'subquestion', 'verify', 'output'],
    terminal: false,
    prompted: false,
  },
  {
    name: 'refine',
    open: '<refine>',
    close: '</refine>',
    meaning: 'Do a wrong step again, corrected.',
    glyph: '↻',
    category: 'check',
    startsResponse: false,
    followedBy: ['next_step', 'direct_answer', 'output', 'subquestion', 'verify'],
    terminal: false,
    prompted: false,
  },
  {
    name: 'output',
    open: '<output>',
    close: '</output>',
    meaning: 'State the final answer.',
    glyph: '■',
    category: 'finish',
    startsResponse: false,
    followedBy: [],
    terminal: true,
    prompted: false,
  },
] as const satisfies readonly FunctionalToken[];

/** Names in table order. */
export const FUNCTIONAL_TOKEN_NAMES: readonly FunctionalTokenName[] = FUNCTIONAL_TOKENS.map((token) => token.name);

/** The sixteen surfaces in the order in which they enter a vocabulary: all open entries, then all close entries. */
export const FUNCTIONAL_SURFACES: readonly string[] = [
  ...FUNCTIONAL_TOKENS.map((token) => token.open),
  ...FUNCTIONAL_TOKENS.map((token) => token.close),
];

const BY_NAME = new Map<string, FunctionalToken>(FUNCTIONAL_TOKENS.map((token) => [token.name, token]));

/** The row of the table. */
export function functionalToken(name: FunctionalTokenName): FunctionalToken {
  return BY_NAME.get(name)!;
}

/** Whether a string, e.g. a column of a stored row, names a functional token. */
export function isFunctionalTokenName(name: string): name is FunctionalTokenName {
  return BY_NAME.has(name);
}

/** Position in the table; the bit that stands for the token in a mask of `grammar.ts`. */
export function functionalTokenIndex(name: FunctionalTokenName): number {
  return FUNCTIONAL_TOKEN_NAMES.indexOf(name);
}
