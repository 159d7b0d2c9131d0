import { outcomeReward } from '../../rewards/outcome';
import type { Outcome } from '../../rewards/reward';
import type { RlConfig } from './rl-config';

/** Whether all paths of a question earn the same for their answers: nothing can be learned from them. True of none. */
export function isSettled(ends: readonly Outcome[], config: Pick<RlConfig, 'wrongReward'>): boolean {
  const rewards = ends.map((end) => outcomeReward(end, config));
  return rewards.every((reward) => reward === rewards[0]);
}

/** Whether the paths so far are reason to spare the others of their question. */
export function isGivenUp(
  ends: readonly Outcome[],
  config: Pick<RlConfig, 'wrongReward' | 'settledAfter' | 'skipSettled'>,
): boolean {
  const { settledAfter, skipSettled } = config;
  return skipSettled && settledAfter !== null && ends.length >= settledAfter && isSettled(ends, config);
}
