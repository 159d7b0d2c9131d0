/**
 * Places labels at wanted heights without overlap, each as near to its own as the others allow. Labels keep the order of their heights.
 * @param wanted heights of the labels' middles, top first where equal; null ones are left where they fall, at the bottom
 * @param gap    least distance between two middles
 * @param height room for all of them
 * @returns heights in the order given
 */
export function placeLabels(wanted: readonly (number | null)[], gap: number, height: number): number[] {
  const order = wanted
    .map((at, index) => ({ index, at: Math.min(Math.max(at ?? height, gap / 2), height - gap / 2) }))
    .sort((a, b) => a.at - b.at || a.index - b.index);
  for (let i = 1; i < order.length; i++) order[i]!.at = Math.max(order[i]!.at, order[i - 1]!.at + gap);
  // What was pushed over the lower edge pushes back.
  let limit = height - gap / 2;
  for (let i = order.length - 1; i >= 0 && order[i]!.at > limit; i--) {
    order[i]!.at = limit;
    limit -= gap;
  }
  const placed = Array.from({ length: wanted.length }, () => 0);
  for (const { index, at } of order) placed[index] = at;
  return placed;
}
