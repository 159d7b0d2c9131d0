import type { RlConfig } from '../train/rl/rl-config';

/** What the form of a response costs: nothing when it keeps to the grammar. */
export function formPenalty(isWellFormed: boolean, { formatWeight }: Pick<RlConfig, 'formatWeight'>): number {
  return isWellFormed ? 0 : formatWeight;
}

/** What length costs: nothing up to the soft limit, then in proportion to the excess; at twice the limit the whole weight. */
export function lengthPenalty(
  tokens: number,
  { lengthWeight, lengthSoftLimit }: Pick<RlConfig, 'lengthWeight' | 'lengthSoftLimit'>,
): number {
  return (lengthWeight * Math.max(0, tokens - lengthSoftLimit)) / lengthSoftLimit;
}
