import { locale } from '../../lib/language';

/**
 * Numbers as people type them, in the way of their language. Thousands may be grouped; the sign that does not group is the decimal one, and so is
 * the other where it cannot be grouping: `0,125`, `1.5`.
 */

type Mark = '.' | ',';

function decimalMark(): Mark {
  const part = new Intl.NumberFormat(locale()).formatToParts(1.5).find(({ type }) => type === 'decimal');
  return part?.value === ',' ? ',' : '.';
}

/** A group of thousands is never behind a lone zero. */
const GROUPED: Readonly<Record<Mark, RegExp>> = {
  '.': /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/,
  ',': /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/,
};

/** The number that a text means, or null when it means none. @param decimal the language's decimal sign */
export function parseNumber(text: string, decimal: Mark = decimalMark()): number | null {
  const bare = text.replace(/[\s\u00a0\u202f_]/g, '').replace('−', '-');
  if (bare === '') return null;
  const ungrouped = GROUPED[decimal].test(bare) ? bare.replaceAll(decimal === '.' ? ',' : '.', '') : bare;
  const plain = ungrouped.replace(',', '.');
  const value = Number(plain);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) && Number.isFinite(value) ? value : null;
}

/** The number as a field shows it: short, and read back as the same number. */
export function showNumber(value: number, decimal: Mark = decimalMark()): string {
  const size = Math.abs(value);
  const isPlain = value === 0 || (size >= 1e-3 && size < 1e7);
  return (isPlain ? String(value) : value.toExponential().replace('e+', 'e')).replace('.', decimal);
}
