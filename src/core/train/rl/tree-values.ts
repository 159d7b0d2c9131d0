import type { Trajectory } from './trajectories';

/** Value of each node that trajectories of one question pass: the mean score of the distinct leaves at or below it; the root under null. */
export type NodeValues = ReadonlyMap<number | null, number>;

/** Values of the nodes of one tree. Trajectories that were sampled one by one have the root's value alone. */
export function nodeValues(trajectories: readonly Trajectory[], scores: readonly number[]): NodeValues {
  const sums = new Map<number | null, { sum: number; count: number }>();
  const add = (node: number | null, score: number) => {
    const entry = sums.get(node) ?? { sum: 0, count: 0 };
    sums.set(node, { sum: entry.sum + score, count: entry.count + 1 });
  };
  trajectories.forEach((trajectory, i) => {
    add(null, scores[i]!);
    for (const step of trajectory.steps) if (step.node !== null) add(step.node, scores[i]!);
  });
  return new Map([...sums].map(([node, { sum, count }]) => [node, sum / count]));
}

/** [steps + 1] value at the question and after each step of a trajectory; null where the tree is not known. */
export function promiseAlong(trajectory: Trajectory, values: NodeValues): number[] | null {
  if (trajectory.steps.some((step) => step.node === null)) return null;
  return [values.get(null)!, ...trajectory.steps.map((step) => values.get(step.node)!)];
}

/**
 * Advantage of each token from the tree: V(n) − V(parent) for the step it belongs to, plus G − V(root) for the whole path.
 * Not normalised. [n], 0 on the question.
 */
export function treeAdvantages(trajectory: Trajectory, score: number, values: NodeValues): Float64Array {
  const advantages = new Float64Array(trajectory.ids.length);
  const promise = promiseAlong(trajectory, values);
  const whole = score - values.get(null)!;
  advantages.fill(whole, trajectory.promptLength);
  if (promise !== null)
    trajectory.steps.forEach((step, k) => advantages.fill(whole + promise[k + 1]! - promise[k]!, step.start, step.end));
  return advantages;
}
