import { locale } from './language';
import { nouns, texts } from './texts/en';

/**
 * Numbers, sizes, times and intervals as people read them, in the locale of the window's language.
 */

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const COUNT_UNITS = ['', 'k', 'M', 'B'] as const;

export function formatInteger(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }).format(value);
}

/** With exactly so many digits behind the point: `4.0`. */
export function formatFixed(value: number, digits: number): string {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // Rounding first keeps the sign away from what reads as zero.
  return new Intl.NumberFormat(locale(), fixed).format(Number(value.toFixed(digits)) + 0).replace('-', '−');
}

/** `1 tree`, `12 trees`. */
export function formatCount(value: number, one: string, many = `${one}s`): string {
  const words = nouns[one] ?? { one, many };
  return `${formatInteger(value)} ${value === 1 ? words.one : words.many}`;
}

/** Three significant figures, as in `0.0123`, `4.56`, `1.2e-5`. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? texts.notANumber : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3)
    return trimExponent(value.toExponential(digits - 1))
      .replace('-', '−')
      .replace('e−', 'e-');
  if (Number.isInteger(value)) return formatInteger(value).replace('-', '−');
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: digits }).format(value).replace('-', '−');
}

/** A share of 1 in per cent: `41 %`, `0.3 %`. */
export function formatPercent(share: number, digits = share !== 0 && Math.abs(share) < 0.01 ? 1 : 0): string {
  return `${formatFixed(share * 100, digits)} %`;
}

/** Value and half-width of its interval: `41 % ± 3`. */
export function formatProportion(part: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string {
  return `${formatPercent(part.value, 0)} ± ${formatFixed(((part.high - part.low) / 2) * 100, 0)}`;
}

/** Decimal units, as disks are sold: `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const step = Math.min(SIZE_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return `${formatFixed(value, step === 0 || value >= 10 ? 0 : 1)} ${SIZE_UNITS[step] ?? 'TB'}`;
}

/** A count of weights: `135 M`, `2.1 M`. */
export function formatParameters(count: number): string {
  const step = Math.min(COUNT_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** step;
  return `${formatFixed(value, value >= 100 || step === 0 ? 0 : 1)} ${COUNT_UNITS[step] ?? 'B'}`.trim();
}

/** `8 s`, `4 min`, `2 h 5 min`, `3 days`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return texts.underOneSecond;
  if (seconds < 90) return texts.seconds(formatInteger(seconds));
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return texts.minutes(formatInteger(minutes));
  const hours = Math.floor(minutes / 60);
  if (hours < 36)
    return minutes % 60 === 0
      ? texts.hours(formatInteger(hours))
      : texts.hoursMinutes(formatInteger(hours), formatInteger(minutes % 60));
  return texts.days(formatInteger(hours / 24));
}

/** A range that collapses when both ends read alike: `3 to 5 min`, `40 s to 2 min`. */
export function formatRange(low: number, high: number, format: (value: number) => string = formatDuration): string {
  const [from, to] = [format(low), format(high)];
  if (from === to) return from;
  const unit = /[^\d.,]+$/.exec(to)?.[0];
  const isOneNumber = (text: string): boolean =>
    unit !== undefined && text.endsWith(unit) && /^[\d.,]+$/.test(text.slice(0, -unit.length));
  return unit !== undefined && isOneNumber(from) && isOneNumber(to)
    ? texts.range(from.slice(0, -unit.length), to)
    : texts.range(from, to);
}

/** A moment by the wall clock, short when it is today. */
export function formatMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const sameDay = at.toDateString() === new Date(nowMs).toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  return at.toLocaleString(
    locale(),
    sameDay
      ? time
      : {
          ...time,
          day: 'numeric',
          month: 'short',
          year: at.getFullYear() === new Date(nowMs).getFullYear() ? undefined : 'numeric',
        },
  );
}

function trimExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}
