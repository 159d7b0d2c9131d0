/** The closed language of the embedded family: people, things, and the ways to say each of the four operations. */

export interface Person {
  readonly name: string;
  readonly pronoun: 'she' | 'he';
}

export const PEOPLE: readonly Person[] = [
  { name: 'Ida', pronoun: 'she' },
  { name: 'Tom', pronoun: 'he' },
  { name: 'Mia', pronoun: 'she' },
  { name: 'Ben', pronoun: 'he' },
  { name: 'Zoe', pronoun: 'she' },
  { name: 'Sam', pronoun: 'he' },
  { name: 'Eva', pronoun: 'she' },
  { name: 'Leo', pronoun: 'he' },
  { name: 'Ann', pronoun: 'she' },
  { name: 'Max', pronoun: 'he' },
  { name: 'Nora', pronoun: 'she' },
  { name: 'Jack', pronoun: 'he' },
];

export const OBJECTS: readonly string[] = [
  'pens',
  'coins',
  'books',
  'shells',
  'stamps',
  'apples',
  'cards',
  'stones',
  'beads',
  'nuts',
  'cups',
  'keys',
];

/** The four operations of a story, by their sign. */
export type OperationKind = '+' | '-' | '*' | '/';

export const OPERATION_KINDS: readonly OperationKind[] = ['+', '-', '*', '/'];

/** What an operation is called in an `Idea` line. */
export const OPERATION_VERBS: Readonly<Record<OperationKind, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
};

/** A wording; `#` stands for the operand. `only` binds a wording to one operand, which it does not spell. */
export interface Wording {
  readonly pattern: string;
  readonly only?: number;
}

export const WORDINGS: Readonly<Record<OperationKind, readonly Wording[]>> = {
  '+': [
    { pattern: 'collects # more' },
    { pattern: 'finds # more' },
    { pattern: 'buys # more' },
    { pattern: 'gets # more' },
  ],
  '-': [{ pattern: 'gives away #' }, { pattern: 'loses #' }, { pattern: 'sells #' }],
  '*': [
    { pattern: 'ends up with # times as many' },
    { pattern: 'makes # equal copies' },
    { pattern: 'doubles them', only: 2 },
    { pattern: 'triples them', only: 3 },
  ],
  '/': [
    { pattern: 'keeps one of # equal parts' },
    { pattern: 'splits them into # piles and takes one' },
    { pattern: 'halves them', only: 2 },
  ],
};
