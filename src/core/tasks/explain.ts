import { parseAnswer, type AnswerValue } from './math/answer-value';
import { parseNumber, plainSigns } from './number';
import { compareAnswers } from './verifier';

/** How one of two answers was read, in words: "the fraction 7/2, which is 3.5". */
export interface AnswerReading {
  readonly text: string;
  readonly form: string;
  /** Its value, where it is a number that is not written as one already. */
  readonly value: string | null;
}

/** Why the checker holds two answers for the same or not, step by step. */
export interface AnswerExplanation {
  readonly equal: boolean;
  /** One sentence: "Equal as fractions." */
  readonly why: string;
  readonly answer: AnswerReading;
  readonly reference: AnswerReading;
}

/** Ways to write a number, the first that fits; singular and plural. */
const NUMBER_FORMS: readonly (readonly [RegExp, string, string])[] = [
  [/%|percent/i, 'percentage', 'percentages'],
  [/\\sqrt|√/, 'root', 'roots'],
  [/\\pi|π/, 'multiple of π', 'multiples of π'],
  [/\d\s+\d+\s*\/\s*\d|\d\s*\\frac/, 'mixed number', 'mixed numbers'],
  [/\\[dtc]?frac|\//, 'fraction', 'fractions'],
  [/[*+^]|\d\s*-\s*\d/, 'formula', 'formulas'],
  [/\d[eE][+-]?\d/, 'power of ten', 'powers of ten'],
  [/\.\d/, 'decimal', 'decimals'],
];
const WHOLE = ['whole number', 'whole numbers'] as const;

/** What other answers are called. */
const VALUE_FORMS: Readonly<Record<AnswerValue['kind'], readonly [string, string]>> = {
  expression: ['formula', 'formulas'],
  list: ['list', 'lists'],
  tuple: ['point or interval', 'points or intervals'],
  union: ['set of numbers', 'sets of numbers'],
  matrix: ['matrix', 'matrices'],
  relation: ['equation or inequality', 'equations or inequalities'],
  labelled: ['named value', 'named values'],
  words: ['text', 'texts'],
};

interface Read extends AnswerReading {
  readonly plural: string;
  readonly isNumber: boolean;
}

/** Explains the verdict of `compareAnswers`: how each side was read, and as what they are equal. */
export function explainAnswers(answer: string, referenceAnswer: string): AnswerExplanation {
  const { equal, why } = compareAnswers(answer, referenceAnswer);
  const [left, right] = [read(answer), read(referenceAnswer)];
  return {
    equal,
    why: equal ? (equalAs(left, right) ?? why) : why,
    answer: bare(left),
    reference: bare(right),
  };
}

function equalAs(left: Read, right: Read): string | null {
  if (left.text === right.text) return 'Written the same.';
  if (left.form === right.form) return `Equal as ${left.plural}.`;
  if (left.isNumber && right.isNumber) return `Equal as numbers: a ${left.form} and a ${right.form}.`;
  return null;
}

function read(text: string): Read {
  const shown = text.replace(/\s+/g, ' ').trim();
  const number = parseNumber(text);
  if (number !== null) {
    const signs = plainSigns(text);
    const [, form, plural] = NUMBER_FORMS.find(([pattern]) => pattern.test(signs)) ?? [null, ...WHOLE];
    const value = `${Number(number.value.toPrecision(10))}${number.isPercent ? ' %' : ''}`;
    return { text: shown, form, plural, value: value === signs ? null : value, isNumber: true };
  }
  const value = parseAnswer(text);
  const [form, plural] = VALUE_FORMS[value?.kind ?? 'words'];
  return { text: shown, form, plural, value: null, isNumber: false };
}

function bare({ text, form, value }: Read): AnswerReading {
  return { text, form, value };
}
