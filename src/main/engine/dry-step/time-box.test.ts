import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '@core/errors';
import { NEVER_CANCELLED } from '@core/ports';
import { deadline, expectedTokens, untilDeadline, writtenPart } from './time-box';

describe('a deadline', () => {
  test('aborts once the time is up, or with what it stands in for', () => {
    let now = 0;
    const cancel = deadline(NEVER_CANCELLED, () => now, 2);
    now = 1999;
    expect(cancel.aborted).toBe(false);
    now = 2000;
    expect(cancel.aborted).toBe(true);
    expect(() => cancel.throwIfAborted()).toThrow(CancelledError);
    const stopped = { aborted: true, throwIfAborted: () => undefined };
    expect(deadline(stopped, () => 0, 2).aborted).toBe(true);
  });

  test('what it cuts off is no failure, everything else is', async () => {
    expect(await untilDeadline(NEVER_CANCELLED, Promise.resolve())).toBe(true);
    expect(await untilDeadline(NEVER_CANCELLED, Promise.reject(new CancelledError()))).toBe(false);
    await expect(untilDeadline(NEVER_CANCELLED, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('the length of texts that were cut off', () => {
  test('is their mean where all came to their end', () => {
    expect(expectedTokens({ tokens: 300, ended: 4, isWhole: true, cap: 1000, prior: 100 })).toBe(75);
  });

  test('is the likely length before anything was seen', () => {
    // One ending in 100 tokens, none beyond 1,000: 100 · (1 − e^−10) = 99.995.
    expect(expectedTokens({ tokens: 1, ended: 0, isWhole: false, cap: 1000, prior: 99 })).toBeCloseTo(
      100 * (1 - Math.exp(-10)),
      6,
    );
  });

  test('comes near the cap where nothing ends', () => {
    // One ending in 10,000 + 300 tokens: 10,300 · (1 − e^(−1000/10,300)) = 953.
    const found = expectedTokens({ tokens: 10_000, ended: 0, isWhole: false, cap: 1000, prior: 300 });
    expect(found).toBeGreaterThan(940);
    expect(found).toBeLessThan(1000);
  });

  test('is never longer than the cap and never shorter than a token', () => {
    const written = fc.record({
      tokens: fc.integer({ min: 0, max: 1e6 }),
      ended: fc.integer({ min: 0, max: 1e4 }),
      cap: fc.integer({ min: 1, max: 1e5 }),
      prior: fc.integer({ min: 1, max: 1e5 }),
    });
    fc.assert(
      fc.property(written, (one) => {
        const found = expectedTokens({ ...one, isWhole: false });
        expect(found).toBeGreaterThanOrEqual(1);
        expect(found).toBeLessThanOrEqual(one.cap + 1e-9);
      }),
    );
  });

  test('gives parts that are surer the more of them came to their end', () => {
    const part = (ended: number) =>
      writtenPart('walks', { tokens: 100 * ended, ended, isWhole: true, cap: 500, prior: 150 }, 2);
    expect(part(4)).toMatchObject({ name: 'walks', amount: 4, seconds: 2 });
    expect(part(4).deviation).toBeGreaterThan(part(400).deviation);
  });
});
