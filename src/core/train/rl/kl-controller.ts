/** How far the divergence may be from its target before β moves, and by how much (Schulman 2017, arXiv:1707.06347, section 4). */
const TOLERANCE = 1.5;
const FACTOR = 2;
/** β stays within these factors of where it began, so that a few odd iterations cannot switch the term off or drown all else in it. */
const WIDEST = 64;

/**
 * The weight of the divergence for the next iteration: doubled when the policy has gone further than the target, halved when it has hardly moved.
 * @param beta   now
 * @param kl     measured in the iteration, nats per token
 * @param target nats per token; null keeps β as it is
 * @param start  β of the settings
 */
export function nextKlCoefficient(beta: number, kl: number, target: number | null, start: number): number {
  if (target === null || !Number.isFinite(kl)) return beta;
  const moved = kl > TOLERANCE * target ? beta * FACTOR : kl < target / TOLERANCE ? beta / FACTOR : beta;
  return Math.min(start * WIDEST, Math.max(start / WIDEST, moved));
}
