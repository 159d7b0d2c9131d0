import { describe, expect, it } from 'vitest';
import { chooseKvBytes } from './kv-budget';

const GIB = 2 ** 30;

describe('chooseKvBytes', () => {
  it.each([
    // A small model on a large machine: seven eighths of a gibibyte.
    [0.5 * GIB, 16 * GIB, 0.875 * GIB],
    // A large model: as much as its weights.
    [3 * GIB, 32 * GIB, 3 * GIB],
    // What is free decides where it is little.
    [0.5 * GIB, 2.5 * GIB, 0.5 * GIB],
    [2 * GIB, 6 * GIB, GIB],
    // Never less than the program can work with.
    [4 * GIB, 1 * GIB, 2 ** 27],
  ])('weights of %i in %i free bytes leave %i', (weights, available, bound) => {
    expect(chooseKvBytes(weights, available)).toBe(bound);
  });
});
