import { normaliseAnswer } from '../tasks/verifier';

/** One finished attempt at a question. */
export interface Attempt {
  /** Answer as found, null when there is none. */
  readonly answer: string | null;
  readonly isRight: boolean;
  /** Mean log-probability of its steps, nats: how sure the model was. */
  readonly confidence: number;
  /** How a process reward model judges its weakest step, in [0, 1]; null without one. */
  readonly process: number | null;
}

/** Whether any of the first `k` attempts is right. */
export function isCovered(attempts: readonly Attempt[], k = attempts.length): boolean {
  return attempts.slice(0, k).some((attempt) => attempt.isRight);
}

/**
 * Unbiased estimate of coverage@k from n ≥ k attempts drawn independently, c of them right: 1 − C(n−c, k) / C(n, k)
 * (Chen et al. 2021, arXiv:2107.03374, eq. 1).
 */
export function coverageAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let missing = 1;
  for (let i = n - c + 1; i <= n; i++) missing *= 1 - k / i;
  return 1 - missing;
}

export interface Vote {
  /** An attempt that gave the winning answer; null when none of them has an answer. */
  readonly winner: Attempt | null;
  /** Share of the attempts with an answer that gave it. */
  readonly share: number;
}

/** The answer most attempts give; ties go to the surer one. Equal answers in different dress count as one. */
export function majorityVote(attempts: readonly Attempt[]): Vote {
  return vote(attempts, () => 1);
}

/** As `majorityVote`, each attempt weighing exp(its mean log-probability). */
export function weightedVote(attempts: readonly Attempt[]): Vote {
  return vote(attempts, (attempt) => Math.exp(attempt.confidence));
}

/** As `majorityVote`, each attempt weighing what a process reward model gives it. */
export function processVote(attempts: readonly Attempt[]): Vote {
  return vote(attempts, (attempt) => attempt.process ?? 0);
}

/** The attempt with an answer that scores highest, the first on ties; null when none has an answer. */
export function mostBy(attempts: readonly Attempt[], score: (attempt: Attempt) => number): Attempt | null {
  return attempts
    .filter(({ answer }) => answer !== null)
    .reduce<Attempt | null>((best, each) => (best === null || score(each) > score(best) ? each : best), null);
}

function vote(attempts: readonly Attempt[], weightOf: (attempt: Attempt) => number): Vote {
  const groups = new Map<string, { weight: number; best: Attempt }>();
  let total = 0;
  for (const attempt of attempts) {
    if (attempt.answer === null) continue;
    const key = normaliseAnswer(attempt.answer);
    const group = groups.get(key);
    const weight = weightOf(attempt);
    total += weight;
    if (group === undefined) groups.set(key, { weight, best: attempt });
    else {
      group.weight += weight;
      if (attempt.confidence > group.best.confidence) group.best = attempt;
    }
  }
  let winner: { weight: number; best: Attempt } | null = null;
  for (const group of groups.values()) {
    const isAhead =
      winner === null ||
      group.weight > winner.weight + 1e-12 ||
      (Math.abs(group.weight - winner.weight) <= 1e-12 && group.best.confidence > winner.best.confidence);
    if (isAhead) winner = group;
  }
  return winner === null
    ? { winner: null, share: 0 }
    : { winner: winner.best, share: total > 0 ? winner.weight / total : 0 };
}
