import { describe, expect, it } from 'vitest';
import { framesPerSecond, percentile, smoothness } from './frame-figures';

describe('figures of frames', () => {
  it('counts frames over the time they took', () => {
    // 3 frames in 100 ms.
    expect(framesPerSecond([20, 30, 50])).toBeCloseTo(30, 10);
  });

  it('takes the nearest rank', () => {
    const times = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentile(times, 0.95)).toBe(95);
    expect(percentile([5], 0.95)).toBe(5);
  });

  it('makes a dropped frame show in both rows', () => {
    const smooth = Array.from({ length: 100 }, () => 1000 / 60);
    const rough = smooth.map((time, i) => (i % 10 === 0 ? 3 * time : time));
    expect(smoothness('pan', [smooth])[0]?.samples[0]).toBeGreaterThan(59);
    // 90 frames of one and 10 of three sixtieths: 100 frames in 120 sixtieths.
    expect(smoothness('pan', [rough])[0]?.samples[0]).toBeCloseTo(50, 6);
    expect(smoothness('pan', [rough])[1]?.samples[0]).toBeCloseTo(50, 6);
  });
});
