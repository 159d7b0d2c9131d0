import type { PromptSet } from '../prompts/prompt-set';
import { parseNumber } from '../tasks/number';
import type { ExamplesConfig } from './examples-config';

/** Why a check that the model wrote was refused. */
export const CHECK_REFUSALS = [
  'empty',
  'too-long',
  'cut',
  'gives-answer',
  'off-the-mistake',
  'finds-it-right',
  'finds-it-wrong',
  'no-verdict',
] as const;
export type CheckRefusal = (typeof CHECK_REFUSALS)[number];

const MAX_WORDS = 200;

export interface CheckFacts {
  readonly text: string;
  readonly isTruncated: boolean;
  /** The wrong turn that the check is about. */
  readonly wrongText: string;
  readonly referenceAnswer: string;
}

/**
 * Whether the check of a wrong turn may be used (method: say something, do not give the answer away, speak of the mistake, do not approve).
 * @returns the reason against it, null when it is good
 */
export function refuseCheck(
  facts: CheckFacts,
  prompts: PromptSet,
  config: Pick<ExamplesConfig, 'verifyMinOverlap'>,
): CheckRefusal | null {
  const refusal = refuseForm(facts);
  if (refusal !== null) return refusal;
  // Only a prompt that shows the right way can leak the answer into the check.
  if (
    prompts.showsRightPath('verify') &&
    holdsNumber(facts.text, facts.referenceAnswer) &&
    !holdsNumber(facts.wrongText, facts.referenceAnswer)
  )
    return 'gives-answer';
  const verdict = prompts.verdictOf(facts.text);
  if (verdict === 'right') return 'finds-it-right';
  // A verdict after a recomputation speaks of the step by itself; free text has to name it.
  if (prompts.manifest.strictVerdicts) return verdict === null ? 'no-verdict' : null;
  return overlap(facts.text, facts.wrongText) < config.verifyMinOverlap ? 'off-the-mistake' : null;
}

/** Whether the check of a right step may be used: it has to approve. */
export function refuseConfirmation(
  facts: Pick<CheckFacts, 'text' | 'isTruncated'>,
  prompts: PromptSet,
): CheckRefusal | null {
  const refusal = refuseForm(facts);
  if (refusal !== null) return refusal;
  const verdict = prompts.verdictOf(facts.text);
  return verdict === 'right' ? null : verdict === 'wrong' ? 'finds-it-wrong' : 'no-verdict';
}

function refuseForm({ text, isTruncated }: Pick<CheckFacts, 'text' | 'isTruncated'>): CheckRefusal | null {
  if (text === '') return 'empty';
  if (isTruncated) return 'cut';
  return text.split(/\s+/).length > MAX_WORDS ? 'too-long' : null;
}

/** Share of the words and numbers of the check that the wrong turn has too. */
export function overlap(check: string, wrongText: string): number {
  const words = (text: string) => new Set(text.toLowerCase().match(/[a-z]+|\d+(?:\.\d+)?/g) ?? []);
  const own = words(check);
  if (own.size === 0) return 0;
  const other = words(wrongText);
  return [...own].filter((word) => other.has(word)).length / own.size;
}

function holdsNumber(text: string, answer: string): boolean {
  const value = parseNumber(answer)?.value;
  if (value === undefined) return answer.trim() !== '' && text.includes(answer.trim());
  return (text.match(/-?\d[\d,]*(?:\.\d+)?/g) ?? []).some((number) => parseNumber(number)?.value === value);
}
