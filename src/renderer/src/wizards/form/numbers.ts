/**
 * Numbers as people type them. Thousands may be grouped by commas or spaces; a lone comma is a decimal one.
 */

const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

/** The number that a text means, or null when it means none. */
export function parseNumber(text: string): number | null {
  const bare = text.replace(/[\s\u00a0_]/g, '').replace('−', '-');
  if (bare === '') return null;
  const plain = GROUPED.test(bare) ? bare.replaceAll(',', '') : bare.replace(',', '.');
  const value = Number(plain);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) && Number.isFinite(value) ? value : null;
}

/** The number as a field shows it: short, and read back as the same number. */
export function showNumber(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential().replace('e+', 'e');
  return String(value);
}
