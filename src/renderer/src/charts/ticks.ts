/** Steps are whole: marks between them would say nothing. */
export const WHOLE_STEPS: number[] = [1, 2, 5]
  .flatMap((one) => Array.from({ length: 9 }, (_, power) => one * 10 ** power))
  .sort((a, b) => a - b);

/** Labels of an axis, with as many digits as it takes to tell neighbours apart and no more; null where there is no mark. */
export function labelTicks(ticks: readonly (number | null)[]): string[] {
  const shown = ticks.filter((tick) => tick !== null);
  const gap = shown
    .slice(1)
    .reduce((least, tick, at) => Math.min(least, Math.abs(tick - (shown[at] ?? tick))), Infinity);
  const largest = Math.max(0, ...shown.map(Math.abs));
  const isTiny = largest > 0 && (largest < 1e-3 || largest >= 1e6);
  const digits = Number.isFinite(gap) && gap > 0 ? Math.min(8, Math.max(0, -Math.floor(Math.log10(gap) + 1e-9))) : 2;
  return ticks.map((tick) => {
    if (tick === null) return '';
    if (tick === 0) return '0';
    const text = isTiny
      ? tick.toExponential(gap < largest / 10 ? 1 : 0).replace('e+', 'e')
      : trimZeros(tick.toFixed(digits));
    return text.replace(/^-/, '−');
  });
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
