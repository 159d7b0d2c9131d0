import { readAvailableMemory } from './available-memory';

/** Part of what is free that keys and values may take. */
const SHARE = 0.25;
/** As much as the weights take, or this much where they take less, is enough. */
const ENOUGH_BYTES = 0.875 * 2 ** 30;
/** A bound below this would compute everything over and over. */
const FEWEST_BYTES = 2 ** 27;

/**
 * The bound of keys and values: rows in use and remembered beginnings together. What does not fit is dropped, the least recently used first, and computed
 * again when it is needed.
 * @param weightBytes of the model, in memory already or about to be
 */
export function chooseKvBytes(weightBytes: number, availableBytes = readAvailableMemory()): number {
  const left = Math.max(0, SHARE * (availableBytes - weightBytes));
  return Math.round(Math.max(FEWEST_BYTES, Math.min(left, Math.max(ENOUGH_BYTES, weightBytes))));
}
