import type { Boundary } from '@contracts/playground';

/**
 * The boundary before each step of a response, and the one after the last: [steps + 1]. A step is paired by the token that was chosen at its boundary, so
 * that a step which a model opens inside another, where there was no boundary, shifts none of the others.
 * @param steps names of the functional tokens that open the steps, in order
 */
export function pairBoundaries(
  steps: readonly string[],
  boundaries: readonly Boundary[],
): readonly (Boundary | null)[] {
  let next = 0;
  const paired = steps.map((token) => {
    const found = boundaries.findIndex((boundary, at) => at >= next && boundary.chosen === token);
    if (found < 0) return null;
    next = found + 1;
    return boundaries[found] ?? null;
  });
  return [...paired, boundaries[next] ?? null];
}
