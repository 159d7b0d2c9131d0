import { answerVerifier } from '../tasks/verifier';
import { isFunctionalTokenName } from '../tokens/functional-tokens';
import { createGrammar, GRAMMAR_START } from '../tokens/grammar';
import { parseText } from '../tokens/parse';

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

/** As where examples are made: a response may be one direct answer. */
const GRAMMAR = createGrammar({ rootDirectAnswer: true });

/** The classes that hold for each example by itself, one test a row. */
const TESTS: readonly { readonly errorClass: ErrorClass; readonly holds: (example: ClassifiedExample) => boolean }[] = [
  { errorClass: 'unclosed-token', holds: ({ steps }) => steps.some(({ text }) => holdsTag(text)) },
  { errorClass: 'illegal-order', holds: ({ steps }) => !isLegalOrder(steps) },
  {
    errorClass: 'wrong-answer',
    holds: ({ steps, referenceAnswer }) => {
      const last = steps.at(-1);
      // Whole responses carry the answer in their output step; without one the order is at fault, not the answer.
      return (
        last?.token === 'output' && referenceAnswer !== '' && !answerVerifier.verify(last.text, referenceAnswer).isRight
      );
    },
  },
  { errorClass: 'too-long', holds: ({ tokenCount }) => tokenCount > LONGEST_EXAMPLE },
];

/** Error classes that an example shows by itself, in the order of ERROR_CLASSES. */
export function findErrorClasses(example: ClassifiedExample): ErrorClass[] {
  return TESTS.filter(({ holds }) => holds(example)).map(({ errorClass }) => errorClass);
}

/** Classes after the text changed: what shows by itself is found anew, what others or a person know stays. */
export function reclassify(before: readonly ErrorClass[], edited: ClassifiedExample): ErrorClass[] {
  const found = findErrorClasses(edited);
  const isFoundByItself = (errorClass: ErrorClass) => TESTS.some((test) => test.errorClass === errorClass);
  return ERROR_CLASSES.filter((each) => found.includes(each) || (before.includes(each) && !isFoundByItself(each)));
}

/** Whether a text holds a functional token that should have opened or closed a step. */
function holdsTag(text: string): boolean {
  return /<\/?[a-z_]+>/.test(text) && parseText(text).problems.some(({ kind }) => kind !== 'text-outside');
}

function isLegalOrder(steps: ClassifiedExample['steps']): boolean {
  let state = GRAMMAR_START;
  for (const { token } of steps) {
    if (!isFunctionalTokenName(token) || !GRAMMAR.isLegal(state, token)) return false;
    state = GRAMMAR.after(state, token);
  }
  return steps.at(-1)?.token === 'output';
}

/** The example as text for comparing: equal examples give equal texts. */
export function comparableText(prompt: string, steps: readonly { readonly text: string }[]): string {
  return [prompt, ...steps.map(({ text }) => text)]
    .map((text) => text.toLowerCase().replace(/\s+/g, ' ').trim())
    .join('\n');
}
