import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatParameters,
  formatPercent,
  formatProportion,
  formatRange,
} from './format';

describe('numbers as people read them', () => {
  test.each([
    [0, '0'],
    [1234567, '1.23e6'],
    [0.00012, '1.2e-4'],
    [-3.14159, '−3.14'],
    [16, '16'],
    [Number.NaN, 'not a number'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  test.each([
    [0.413, '41 %'],
    [0.003, '0.3 %'],
    [0, '0 %'],
    [1, '100 %'],
  ])('share %d is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  test('a share comes with the half-width of its interval', () => {
    expect(formatProportion({ value: 0.41, low: 0.38, high: 0.44 })).toBe('41 % ± 3');
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [8.4e6, '8.4 MB'],
    [269e6, '269 MB'],
    [1.25e9, '1.3 GB'],
  ])('%d bytes are %s', (value, text) => expect(formatBytes(value)).toBe(text));

  test.each([
    [2.1e6, '2.1 M'],
    [134.5e6, '135 M'],
    [7e9, '7.0 B'],
  ])('%d weights are %s', (value, text) => expect(formatParameters(value)).toBe(text));

  test.each([
    [0.2, 'under 1 s'],
    [8, '8 s'],
    [240, '4 min'],
    [7500, '2 h 5 min'],
    [7200, '2 h'],
    [3 * 86400, '3 days'],
  ])('%d seconds are %s', (value, text) => expect(formatDuration(value)).toBe(text));

  test('a range names a common unit once and collapses when both ends read alike', () => {
    expect(formatRange(180, 300)).toBe('3 to 5 min');
    expect(formatRange(40, 120)).toBe('40 s to 2 min');
    expect(formatRange(61, 61.2)).toBe('61 s');
    expect(formatRange(29 * 60, 269 * 60)).toBe('29 min to 4 h 29 min');
    expect(formatRange(3e8, 6e8, formatBytes)).toBe('300 to 600 MB');
  });
});
