import { FORWARD_INPUTS } from '../models/forward-parts';
import type { ModelConfig } from '../models/model-config';
import { PREFILL_INPUTS } from '../models/prefill-graph';
import { SHARED_DECODE_INPUTS } from '../models/shared-decode-graph';
import type { TensorView } from '../ports';

/** What a query does not see; finite, so that a row of padding still has a softmax. */
const HIDDEN_SCORE = -1e30;

/**
 * Ids, their arrangement and their positions, for rows of new tokens padded on the right to `width`.
 * @param past       tokens that each row holds
 * @param maxContext positions that the table of rotations has
 */
export function feedTokens(
  tokens: readonly ArrayLike<number>[],
  past: readonly number[],
  width: number,
  maxContext: number,
): Record<string, TensorView> {
  const count = tokens.length;
  const ids = new Int32Array(count * width);
  tokens.forEach((row, i) => ids.set(row, i * width));
  // Padding may count beyond the table; it takes the last position, and nobody looks at what it gives.
  const positions = BigInt64Array.from({ length: count * width }, (_, i) =>
    BigInt(Math.min(maxContext - 1, past[Math.floor(i / width)]! + (i % width))),
  );
  return {
    [FORWARD_INPUTS.ids]: { dtype: 'int32', dims: [count, width], data: ids },
    [FORWARD_INPUTS.grid]: { dtype: 'int64', dims: [3], data: BigInt64Array.of(BigInt(count), BigInt(width), -1n) },
    [FORWARD_INPUTS.positions]: { dtype: 'int64', dims: [count, width], data: positions },
  };
}

/** The masks of a prefill: of layers that see all before a position, and of those with a sliding window. */
export function feedMasks(
  { numHeads, numKvHeads, slidingWindow }: ModelConfig,
  past: readonly number[],
  width: number,
  cached: number,
): Record<string, TensorView> {
  const reaches = { [PREFILL_INPUTS.mask]: Infinity, [PREFILL_INPUTS.windowMask]: slidingWindow?.size ?? Infinity };
  return Object.fromEntries(
    Object.entries(reaches).map(([name, reach]) => [
      name,
      prefillMask({ past, width, cached, group: numHeads / numKvHeads, reach }),
    ]),
  );
}

/**
 * What a decoding step over rows that begin alike reads besides tokens and keys.
 * @param past   tokens that each row holds
 * @param shared tokens that all of them share
 */
export function feedShared(
  { numHeads, numKvHeads }: ModelConfig,
  past: readonly number[],
  shared: number,
): Record<string, TensorView> {
  const until = past.reduce((most, held) => Math.max(most, held), 0);
  const own = until - shared + 1;
  const mask = new Float32Array(past.length * own);
  // The new key is the last one, whatever a row holds.
  past.forEach((held, row) => mask.fill(HIDDEN_SCORE, row * own + held - shared, (row + 1) * own - 1));
  return {
    [SHARED_DECODE_INPUTS.from]: whole(shared),
    [SHARED_DECODE_INPUTS.until]: whole(until),
    [SHARED_DECODE_INPUTS.sizes]: whole(shared, own),
    [SHARED_DECODE_INPUTS.together]: whole(1, numKvHeads, -1, own),
    [SHARED_DECODE_INPUTS.apart]: whole(numKvHeads, -1, numHeads / numKvHeads, own),
    [SHARED_DECODE_INPUTS.mask]: { dtype: 'float32', dims: [past.length, 1, 1, own], data: mask },
  };
}

function whole(...values: readonly number[]): TensorView {
  return { dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}

interface PrefillShape {
  readonly past: readonly number[];
  readonly width: number;
  readonly cached: number;
  readonly group: number;
  /** Tokens that each sees at most, itself included. */
  readonly reach: number;
}

/** Which keys each new token sees: those its row holds, and the new ones up to itself. [B, 1, group · width, cached + width]. */
function prefillMask({ past, width, cached, group, reach }: PrefillShape): TensorView {
  const keys = cached + width;
  const data = new Float32Array(past.length * group * width * keys);
  past.forEach((held, row) => {
    for (let query = 0; query < group * width; query++) {
      const begin = (row * group * width + query) * keys;
      const token = query % width;
      data.fill(HIDDEN_SCORE, begin + held, begin + cached);
      data.fill(HIDDEN_SCORE, begin + cached + token + 1, begin + keys);
      // Too far back: of the row's cached keys, whose positions are their places, and of the new ones, which come after them.
      data.fill(HIDDEN_SCORE, begin, begin + Math.min(held, Math.max(0, held + token + 1 - reach)));
      data.fill(HIDDEN_SCORE, begin + cached, begin + cached + Math.max(0, token + 1 - reach));
    }
  });
  return { dtype: 'float32', dims: [past.length, 1, group * width, keys], data };
}
