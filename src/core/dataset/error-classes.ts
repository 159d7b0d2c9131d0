import { answerVerifier } from '../tasks/verifier';
import { exampleGrammar, GRAMMAR_START } from '../tokens/grammar';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';

/** What can be wrong with an example, in the order of the keys 1–9 of the review. Append only: stored as bits by position. */
export const ERROR_CLASSES = [
  'unclosed-token',
  'illegal-order',
  'wrong-answer',
  'too-long',
  'duplicate',
  'leaked-question',
  'other',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** What the example itself shows; `duplicate` and `leaked-question` need the other examples and questions, `other` a person. */
export interface ClassifiedExample {
  readonly steps: readonly { readonly token: string; readonly text: string }[];
  readonly referenceAnswer: string;
  /** Tokens of question and response together, as counted when it was made. */
  readonly tokenCount: number;
}

/** Longest example that fine-tuning takes by default, in tokens. */
export const LONGEST_EXAMPLE = 1024;

/** The classes that hold for each example by itself, one test a row. */
const TESTS: readonly {
  readonly errorClass: ErrorClass;
  readonly holds: (example: ClassifiedExample, set: TokenSet) => boolean;
}[] = [
  { errorClass: 'unclosed-token', holds: ({ steps }, set) => steps.some(({ text }) => set.holdsTag(text)) },
  { errorClass: 'illegal-order', holds: ({ steps }, set) => !isLegalOrder(steps, set) },
  {
    errorClass: 'wrong-answer',
    holds: ({ steps, referenceAnswer }, set) => {
      const last = steps.at(-1);
      // Whole responses carry the answer in their output step; without one the order is at fault, not the answer.
      return (
        last !== undefined &&
        set.isTerminal(last.token) &&
        referenceAnswer !== '' &&
        !answerVerifier.verify(last.text, referenceAnswer).isRight
      );
    },
  },
  { errorClass: 'too-long', holds: ({ tokenCount }) => tokenCount > LONGEST_EXAMPLE },
];

/** Error classes that an example shows by itself, in the order of ERROR_CLASSES. @param set whose tokens its steps carry */
export function findErrorClasses(example: ClassifiedExample, set: TokenSet = RFTT_TOKENS): ErrorClass[] {
  return TESTS.filter(({ holds }) => holds(example, set)).map(({ errorClass }) => errorClass);
}

/** Classes after the text changed: what shows by itself is found anew, what others or a person know stays. */
export function reclassify(
  before: readonly ErrorClass[],
  edited: ClassifiedExample,
  set: TokenSet = RFTT_TOKENS,
): ErrorClass[] {
  const found = findErrorClasses(edited, set);
  const isFoundByItself = (errorClass: ErrorClass) => TESTS.some((test) => test.errorClass === errorClass);
  return ERROR_CLASSES.filter((each) => found.includes(each) || (before.includes(each) && !isFoundByItself(each)));
}

/** As where examples are made: a response may be one direct answer. */
function isLegalOrder(steps: ClassifiedExample['steps'], set: TokenSet): boolean {
  const grammar = exampleGrammar(set);
  let state = GRAMMAR_START;
  for (const { token } of steps) {
    if (!grammar.isLegal(state, token)) return false;
    state = grammar.after(state, token);
  }
  return set.isTerminal(steps.at(-1)?.token ?? '');
}

/** The example as text for comparing: equal examples give equal texts. */
export function comparableText(prompt: string, steps: readonly { readonly text: string }[]): string {
  return [prompt, ...steps.map(({ text }) => text)]
    .map((text) => text.toLowerCase().replace(/\s+/g, ' ').trim())
    .join('\n');
}
