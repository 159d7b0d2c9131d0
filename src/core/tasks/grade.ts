import { z } from 'zod';
import { extractAnswer, lastFormula } from './answer';
import { parseAnswer } from './math/answer-value';
import { isSameValue, USUAL_RULES, type ComparisonRules } from './math/same-value';
import { sameNotation } from './notations';
import { parseNumber } from './number';
import { compareAnswers, findAnswer } from './verifier';

/** A row whose answers were judged by others: two answers, or a whole response with its reference. */
export const GradedRowSchema = z.union([
  z.looseObject({
    gold: z.coerce.string(),
    pred: z.coerce.string(),
    expected: z.boolean(),
    source: z.string().optional(),
    options: z
      .looseObject({ match_types: z.array(z.string()).optional(), allow_set_relation_comp: z.boolean().optional() })
      .nullish(),
  }),
  z.looseObject({ gold: z.coerce.string(), response: z.string(), correct: z.boolean(), source: z.string().optional() }),
]);
export type GradedRow = z.infer<typeof GradedRowSchema>;

/** How the graders of others differ from ours. */
interface GradingPolicy extends ComparisonRules {
  /** `10cm` is a formula of c and m, not ten centimetres. */
  readonly isFormulaWithLetters: boolean;
}

const USUAL: GradingPolicy = { ...USUAL_RULES, isFormulaWithLetters: false };

/** By `source`; every other one is judged as the workbench judges. */
const POLICIES: Readonly<Record<string, Partial<GradingPolicy>>> = {
  'hendrycks-math': { anyOrder: false },
  'mario-math-evaluation': { isFormulaWithLetters: true },
};

/** Our verdict and that of the row. */
export interface RowVerdict {
  readonly ours: boolean;
  readonly expected: boolean;
  /** The answer that was compared; null where none was found. */
  readonly answer: string | null;
  readonly why: string;
}

export function gradeRow(row: GradedRow): RowVerdict {
  if ('response' in row && typeof row.response === 'string') {
    const answer = findAnswer(row.response, row.gold)?.text ?? null;
    const { equal, why } = answer === null ? NOTHING_FOUND : compareAnswers(answer, row.gold);
    return { ours: equal, expected: row.correct === true, answer, why };
  }
  const options = 'options' in row ? row.options : null;
  const { expected } = row;
  const pred = String(row['pred']);
  const policy: GradingPolicy = {
    ...USUAL,
    ...(row.source !== undefined && Object.hasOwn(POLICIES, row.source) && POLICIES[row.source]),
    ...(isRecord(options) && options['allow_set_relation_comp'] === false && { setByRelation: false }),
  };
  const gold = bareGold(row.gold);
  const types = isRecord(options) ? options['match_types'] : undefined;
  const onlyFormulas = Array.isArray(types) && types.length === 1 && types[0] === 'latex';
  const answer = onlyFormulas ? markedFormula(pred) : (directAnswer(pred) ?? findAnswer(pred, gold)?.text ?? null);
  const { equal, why } = answer === null ? NOTHING_FOUND : compare(answer, gold, policy);
  return { ours: equal, expected: expected === true, answer, why };
}

const NOTHING_FOUND = { equal: false, why: 'There is no answer.' };

function compare(
  answer: string,
  gold: string,
  policy: GradingPolicy,
): { readonly equal: boolean; readonly why: string } {
  const isFormula =
    policy.isFormulaWithLetters && [answer, gold].some((text) => /\d(?:[a-z]|[ckdm]m|kg)$/.test(text.trim()));
  if (isFormula) {
    const [left, right] = [parseAnswer(answer), parseAnswer(gold)];
    return {
      equal: !!left && !!right && isSameValue(left, right, policy),
      why: 'Letters behind a number are variables here.',
    };
  }
  return compareAnswers(answer, gold, policy);
}

/** Of a text in which the reference is marked or the only formula, that; else the text. */
function bareGold(gold: string): string {
  if (/\\boxed|\\fbox|####/.test(gold)) return extractAnswer(gold)?.text ?? gold;
  const choice = /answer is\s+(\(?[A-J]\)?)(?![A-Za-z])/.exec(gold)?.[1];
  if (choice !== undefined) return choice;
  // A solution without a box ends in its last formula.
  return countWords(gold) > PROSE_WORDS ? (lastFormula(gold) ?? gold) : gold;
}

/** Words of two letters and more outside formulas from which on a text is prose. */
const PROSE_WORDS = 5;

function countWords(text: string): number {
  return (text.replace(/\$[^$]*\$|\\[A-Za-z]+/g, ' ').match(/[A-Za-z]{2,}/g) ?? []).length;
}

/** A prediction that is an answer as it stands: one formula or one short piece without prose. */
function directAnswer(pred: string): string | null {
  const text = pred.trim();
  if (/\\boxed|\\fbox|####/.test(text)) return null;
  const isAnswer = parseNumber(text) !== null || parseAnswer(text) !== null || sameNotation(text, text) !== null;
  return countWords(text.replace(/\\text\{[^}]*\}/g, '')) <= 2 && isAnswer ? text : null;
}

/** What a grader that reads formulas alone sees: what is marked, else the last formula. */
function markedFormula(pred: string): string | null {
  const formula = lastFormula(pred);
  const found = formula === null && !/\\boxed|\\fbox/.test(pred) ? null : extractAnswer(pred);
  return found && (found.mark === 'boxed' || found.mark === 'phrase') ? found.text : formula;
}

export interface GradingReport {
  readonly total: number;
  readonly agree: number;
  readonly bySource: Readonly<Record<string, { readonly total: number; readonly agree: number }>>;
  readonly disagreements: readonly (RowVerdict & {
    readonly row: number;
    readonly source: string;
    readonly gold: string;
  })[];
}

/** Scores every row; `row` counts from 1. */
export function gradeRows(rows: readonly GradedRow[]): GradingReport {
  const bySource: Record<string, { total: number; agree: number }> = {};
  const disagreements: GradingReport['disagreements'][number][] = [];
  rows.forEach((row, index) => {
    const source = row.source ?? 'unnamed';
    const verdict = gradeRow(row);
    const sum = (bySource[source] ??= { total: 0, agree: 0 });
    sum.total++;
    if (verdict.ours === verdict.expected) sum.agree++;
    else disagreements.push({ row: index + 1, source, gold: row.gold, ...verdict });
  });
  return { total: rows.length, agree: rows.length - disagreements.length, bySource, disagreements };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
