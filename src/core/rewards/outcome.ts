import type { RlConfig } from '../train/rl/rl-config';

/** What a finished response comes to. */
export interface Outcome {
  /** Answer found, null when there is none. */
  readonly answer: string | null;
  readonly isRight: boolean;
}

/** 1 for a right answer, the set reward for a wrong one, 0 for none. */
export function outcomeReward({ answer, isRight }: Outcome, { wrongReward }: Pick<RlConfig, 'wrongReward'>): number {
  return isRight ? 1 : answer === null ? 0 : wrongReward;
}
