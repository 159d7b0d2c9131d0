import type { Trajectory } from './trajectories';

/** How far the model that wrote is from the one that learns, where generation is coarser than training. */
export interface SamplerGap {
  /** Mean over the sampled ids of exp(d) − 1 − d, d = log π − log q: an estimate of KL(q ‖ π), nats. */
  readonly samplerKl: number;
  /** The largest |d|, nats. */
  readonly samplerGap: number;
}

/**
 * Puts the trainer's log-probabilities in the place of the sampler's, so that ratios, clipping and divergences are those of the model that learns.
 * @param logProbs of each trajectory under the training graph, [n] each
 */
export function withTrainerLogProbs(
  trajectories: readonly Trajectory[],
  logProbs: readonly ArrayLike<number>[],
): { readonly trajectories: Trajectory[]; readonly gap: SamplerGap } {
  let sum = 0;
  let count = 0;
  let largest = 0;
  const exact = trajectories.map((trajectory, row) => {
    const oldLogProbs = trajectory.oldLogProbs.map((sampled, i) => {
      const origin = trajectory.origin[i];
      if (origin === 'given') return sampled;
      const trained = logProbs[row]?.[i] ?? sampled;
      if (origin === 'sampled') {
        const d = trained - sampled;
        sum += Math.exp(d) - 1 - d;
        count++;
        largest = Math.max(largest, Math.abs(d));
      }
      return trained;
    });
    return { ...trajectory, oldLogProbs };
  });
  return { trajectories: exact, gap: { samplerKl: count === 0 ? 0 : sum / count, samplerGap: largest } };
}
