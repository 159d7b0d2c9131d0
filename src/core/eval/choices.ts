import type { ANSWER_CHOICES } from './evaluate-config';
import { majorityVote, mostBy, processVote, weightedVote, type Attempt } from './votes';

export type AnswerChoice = (typeof ANSWER_CHOICES)[number];

interface Choice {
  /** Whether it needs the scores of a process reward model. */
  readonly needsProcess: boolean;
  /** The attempt whose answer counts; null when none has an answer. */
  choose(attempts: readonly Attempt[]): Attempt | null;
}

/** Ways to settle on one of several answers without knowing the right one. */
export const CHOICES: Readonly<Record<AnswerChoice, Choice>> = {
  vote: { needsProcess: false, choose: (attempts) => majorityVote(attempts).winner },
  'weighted-vote': { needsProcess: false, choose: (attempts) => weightedVote(attempts).winner },
  'most-confident': { needsProcess: false, choose: (attempts) => mostBy(attempts, ({ confidence }) => confidence) },
  'best-process': { needsProcess: true, choose: (attempts) => mostBy(attempts, ({ process }) => process ?? 0) },
  'process-vote': { needsProcess: true, choose: (attempts) => processVote(attempts).winner },
};

/** The choices that can be made for some attempts. */
export function choicesFor(attempts: readonly Attempt[]): readonly AnswerChoice[] {
  const isJudged = attempts.every(({ process }) => process !== null);
  return (Object.keys(CHOICES) as AnswerChoice[]).filter((name) => isJudged || !CHOICES[name].needsProcess);
}
