import type { TokenColour, TokenRole } from './token-roles';
import type { RowStart } from './row-start';

/** Name of a functional token: what trees, examples and charts call it. Which names there are is a matter of the token set. */
export type FunctionalTokenName = string;

/** One functional token: a pair of vocabulary entries that open and close a step of reasoning. */
export interface FunctionalToken {
  readonly name: FunctionalTokenName;
  /** What its steps are for in the method. */
  readonly role: TokenRole;
  /** Surface of the opening entry. */
  readonly open: string;
  /** Surface of the closing entry. */
  readonly close: string;
  /** What a step of this kind does; shown to people, and the text whose embedding a new row may start from. */
  readonly meaning: string;
  /** The sign that stands for it wherever a person meets it. */
  readonly glyph: string;
  readonly colour: TokenColour;
  /** May be the first step of a response. */
  readonly startsResponse: boolean;
  /** Steps that may come next; for the eight the table of the paper's code for reinforcement learning. */
  readonly followedBy: readonly FunctionalTokenName[];
  /** What its two rows begin as; null for what the stage's settings say. */
  readonly start: RowStart | null;
}

/**
 * The eight functional tokens (arXiv 2502.13389): the set of a model whose person chose no other. The only place that spells them; grammar,
 * search, decoding, examples, charts and tree viewer read a token set. Order is for display; ids never depend on it once a model was saved.
 */
export const FUNCTIONAL_TOKENS = [
  {
    name: 'clarify',
    role: 'clarify',
    open: '<clarify>',
    close: '</clarify>',
    meaning: 'Restate the question and its goal without losing a given fact.',
    glyph: '◇',
    colour: 'teal',
    startsResponse: true,
    followedBy: ['analysis', 'subquestion', 'next_step', 'direct_answer'],
    start: null,
  },
  {
    name: 'analysis',
    role: 'analysis',
    open: '<analysis>',
    close: '</analysis>',
    meaning: 'Say in a sentence or two which way to go, without calculating.',
    glyph: '◎',
    colour: 'blue',
    startsResponse: true,
    followedBy: ['subquestion', 'next_step', 'direct_answer'],
    start: null,
  },
  {
    name: 'subquestion',
    role: 'subquestion',
    open: '<subquestion>',
    close: '</subquestion>',
    meaning: 'Name a smaller problem to solve next.',
    glyph: '?',
    colour: 'violet',
    startsResponse: true,
    followedBy: ['next_step', 'direct_answer'],
    start: null,
  },
  {
    name: 'next_step',
    role: 'next_step',
    open: '<next_step>',
    close: '</next_step>',
    meaning: 'Do one step of reasoning with its calculation.',
    glyph: '→',
    colour: 'slate',
    startsResponse: true,
    followedBy: ['next_step', 'direct_answer', 'subquestion', 'verify', 'output'],
    start: null,
  },
  {
    name: 'direct_answer',
    role: 'direct_answer',
    open: '<direct_answer>',
    close: '</direct_answer>',
    meaning: 'Write the whole rest of the solution up to the answer.',
    glyph: '⇥',
    colour: 'brown',
    startsResponse: false,
    followedBy: ['output', 'verify'],
    start: null,
  },
  {
    name: 'verify',
    role: 'verify',
    open: '<verify>',
    close: '</verify>',
    meaning: 'Check the steps before and say what is wrong or that it is right.',
    glyph: '✓',
    colour: 'green',
    startsResponse: false,
    followedBy: ['next_step', 'refine', 'direct_answer', 'subquestion', 'verify', 'output'],
    start: null,
  },
  {
    name: 'refine',
    role: 'refine',
    open: '<refine>',
    close: '</refine>',
    meaning: 'Do a wrong step again, corrected.',
    glyph: '↻',
    colour: 'orange',
    startsResponse: false,
    followedBy: ['next_step', 'direct_answer', 'output', 'subquestion', 'verify'],
    start: null,
  },
  {
    name: 'output',
    role: 'output',
    open: '<output>',
    close: '</output>',
    meaning: 'State the final answer.',
    glyph: '■',
    colour: 'ink',
    startsResponse: false,
    followedBy: [],
    start: null,
  },
] as const satisfies readonly FunctionalToken[];

/** Names of the eight in table order. */
export const FUNCTIONAL_TOKEN_NAMES: readonly FunctionalTokenName[] = FUNCTIONAL_TOKENS.map((token) => token.name);

/** The sixteen surfaces in the order in which they enter a vocabulary: all open entries, then all close entries. */
export const FUNCTIONAL_SURFACES: readonly string[] = [
  ...FUNCTIONAL_TOKENS.map((token) => token.open),
  ...FUNCTIONAL_TOKENS.map((token) => token.close),
];
