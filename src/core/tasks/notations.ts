import { parseNumber, plainSigns } from './number';

/** References that state a task instead of an answer; each says whether an answer fulfils it, null where the reference is another's. */
const TASKS: readonly ((answer: string, reference: string) => boolean | null)[] = [usesNumbers, keepsOrder];

/** Whether an answer does what the reference asks for; null where it asks for nothing. */
export function fulfilsTask(answer: string, reference: string): boolean | null {
  for (const fulfils of TASKS) {
    const verdict = fulfils(answer, reference.trim());
    if (verdict !== null) return verdict;
  }
  return null;
}

/** `24 using 4 5 6 10` is fulfilled by any formula of these numbers, each used once, with the value before it. */
function usesNumbers(answer: string, reference: string): boolean | null {
  const [, target, numbers = ''] = /^(-?\d+) using (\d+(?: \d+)*)$/.exec(reference) ?? [];
  if (target === undefined) return null;
  const formula =
    plainSigns(answer)
      .split(/=|≈/)
      .map((side) => side.trim())
      .find((side) => !/^-?\d+$/.test(side)) ?? '';
  const used = (formula.match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
  const given = numbers
    .split(' ')
    .map(Number)
    .sort((a, b) => a - b);
  const value = parseNumber(formula)?.value;
  return used.join() === given.join() && value !== undefined && Math.abs(value - Number(target)) < 1e-9;
}

/** `in order: cups pens books` is fulfilled by these words in this order and no other; as a product they would be the same in any. */
function keepsOrder(answer: string, reference: string): boolean | null {
  const [, wanted] = /^in order: (.+)$/i.exec(reference) ?? [];
  if (wanted === undefined) return null;
  const words = (text: string) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
  return words(answer) === words(wanted);
}

/** Whether two answers in one notation of their own (times of day, numbers of another base) are the same; null where they are in none. */
export function sameNotation(answer: string, reference: string): boolean | null {
  for (const read of [readTime, readBased]) {
    const [left, right] = [read(answer), read(reference)];
    if (left !== null && right !== null) return left === right;
  }
  return null;
}

/** Seconds since midnight of `20:34`, `20:34:00`, `08:34 P.M.`. */
function readTime(text: string): number | null {
  const plain = text.replace(/\\(?:text|mathrm|mbox)|[{}$~]/g, ' ').trim();
  const [, hours, minutes, seconds, half] =
    /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?$/i.exec(plain) ?? [];
  if (hours === undefined || Number(minutes) > 59 || Number(hours) > 24) return null;
  const shift =
    half?.toLowerCase() === 'p' && Number(hours) < 12
      ? 12
      : half?.toLowerCase() === 'a' && Number(hours) === 12
        ? -12
        : 0;
  return (Number(hours) + shift) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
}

/** `4210_7`, `4210_{7}`: the value in base ten with its base; digits that the base lacks give none. */
function readBased(text: string): string | null {
  const plain = text.replace(/[$\s]|\\[!,;]/g, '').replace(/\\(?:text|mathrm|mbox)\{([^{}]*)\}/g, '$1');
  const [, digits = '', base = ''] =
    /^([0-9A-Za-z]+)_\{?(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|sixteen)\}?\.?$/.exec(plain) ?? [];
  const radix = BASE_NAMES.indexOf(base) >= 0 ? BASE_NAMES.indexOf(base) : base === 'sixteen' ? 16 : Number(base);
  if (digits === '' || !/^\d/.test(digits) || !(radix >= 2 && radix <= 36)) return null;
  return [...digits].every((digit) => Number.parseInt(digit, 36) < radix)
    ? `${digits.toUpperCase()} in ${radix}`
    : null;
}

const BASE_NAMES = ['', '', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
