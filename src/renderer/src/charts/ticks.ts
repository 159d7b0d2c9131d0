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
  const digits = Number.isFinite(gap) && gap > 0 ? digitsOf(gap) : 2;
  const mantissa =
    Number.isFinite(gap) && gap > 0 ? Math.min(8, Math.max(0, Math.ceil(Math.log10(largest / gap)) + 1)) : 1;
  return ticks.map((tick) => {
    if (tick === null) return '';
    if (tick === 0) return '0';
    const text = isTiny
      ? trimExponent(tick.toExponential(mantissa)).replace('e+', 'e')
      : trimZeros(tick.toFixed(digits));
    return text.replace(/^-/, '−');
  });
}

/** Labels of a logarithmic axis, each by itself: `0.01`, `1e-5`. */
export function labelDecades(ticks: readonly (number | null)[]): string[] {
  return ticks.map((tick) => {
    if (tick === null) return '';
    const isPlain = tick >= 1e-3 && tick < 1e5;
    return isPlain ? String(Number(tick.toPrecision(3))) : trimExponent(tick.toExponential(1)).replace('e+', 'e');
  });
}

/** Decimal places that show steps of this size exactly: 0.5 has one, 0.0025 four. */
function digitsOf(gap: number): number {
  let digits = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  const isWhole = (): boolean => Math.abs(gap * 10 ** digits - Math.round(gap * 10 ** digits)) < 1e-6;
  while (!isWhole() && digits < 8) digits += 1;
  return digits;
}

/** `1.50e5` → `1.5e5`. */
function trimExponent(text: string): string {
  return text.replace(/(\.\d*?)0+e/, '$1e').replace('.e', 'e');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
