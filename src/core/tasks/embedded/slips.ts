import type { Rng } from '../../ports';

/**
 * How results go wrong. `near`: by a unit, a ten, a hundred or close to those; `digits`: half of them so, in the others one digit is another;
 * `lengths`: some also with a digit too many or too few.
 */
export type SlipStyle = 'near' | 'digits' | 'lengths';

/** What a mistake adds to the result `right`. */
export function drawSlip(rng: Rng, right: number, style: SlipStyle): number {
  const shares = SLIP_SHARES[style];
  let left = shares.length > 1 ? rng.next() : 0;
  const [kind] = shares.find(([, share]) => (left -= share) < 0) ?? ['near'];
  return SLIPS[kind](rng, right);
}

type SlipKind = 'near' | 'digit' | 'length';

const SLIP_SHARES: Readonly<Record<SlipStyle, readonly (readonly [SlipKind, number])[]>> = {
  near: [['near', 1]],
  digits: [
    ['digit', 0.5],
    ['near', 0.5],
  ],
  lengths: [
    ['near', 0.4],
    ['digit', 0.35],
    ['length', 0.25],
  ],
};

const SLIPS: Readonly<Record<SlipKind, (rng: Rng, right: number) => number>> = {
  near: drawNearSlip,
  digit(rng, right) {
    const place = 10 ** rng.integer(String(right).length);
    const digit = Math.floor(right / place) % 10;
    return (((digit + 1 + rng.integer(9)) % 10) - digit) * place;
  },
  length(rng, right) {
    const digits = String(right);
    const at = rng.integer(digits.length);
    const inserted = `${digits.slice(0, at)}${1 + rng.integer(9)}${digits.slice(at)}`;
    const dropped = `${digits.slice(0, at)}${digits.slice(at + 1)}`;
    return Number(digits.length === 1 || rng.next() < 0.5 ? inserted : dropped) - right;
  },
};

/** The usual mistakes: a unit, a ten, a hundred, or close to those. */
function drawNearSlip(rng: Rng): number {
  const at = rng.next();
  const size = SLIP_SIZES.find((row) => at < row.upTo)?.size ?? 10;
  return rng.next() < 0.5 ? size : -size;
}

/** Cumulative chances: 1 (30 %), 10 (40 %), 100 (8 %), 2, 9, 11 and 20 (5.5 % each). */
const SLIP_SIZES: readonly { readonly upTo: number; readonly size: number }[] = [
  { upTo: 0.3, size: 1 },
  { upTo: 0.7, size: 10 },
  { upTo: 0.78, size: 100 },
  { upTo: 0.835, size: 2 },
  { upTo: 0.89, size: 9 },
  { upTo: 0.945, size: 11 },
  { upTo: 1, size: 20 },
];
