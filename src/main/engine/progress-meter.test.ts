import { describe, expect, it } from 'vitest';
import { ProgressMeter } from './progress-meter';

const at = (done: number, tokens?: number) => ({
  phase: 'growing trees',
  done,
  total: 100,
  unit: 'trees',
  ...(tokens !== undefined && { tokens }),
});

describe('the time left', () => {
  it('is not promised before three measurements', () => {
    const meter = new ProgressMeter();
    expect([0, 1, 2].map((s) => meter.measure(at(s), s * 1000, 0, null).secondsLeft)).toEqual([null, null, null]);
    expect(meter.measure(at(3), 3000, 0, null).secondsLeft).not.toBeNull();
  });

  it('of a steady rate is a narrow range around the truth', () => {
    const meter = new ProgressMeter();
    let left = null;
    // Two trees a second: 40 done after 20 s, 60 to go, 30 s.
    for (let s = 0; s <= 20; s++) left = meter.measure(at(2 * s), s * 1000, 0, null).secondsLeft;
    expect(left).toEqual({ low: 27, high: 33 });
  });

  it('widens with an uneven rate', () => {
    const meter = new ProgressMeter();
    let left = null;
    let now = 0;
    for (let done = 0; done <= 20; done++) {
      now += done % 2 ? 1000 : 5000;
      left = meter.measure(at(done), now, 0, null).secondsLeft;
    }
    // 80 to go at 3 s each on average: 240 s. 20 intervals spread by 2 s: 1.28 · 2 / (3 · √20) = 19 %.
    expect(left?.low).toBeCloseTo(240 * (1 - 0.1908), 0);
    expect(left?.high).toBeCloseTo(240 * (1 + 0.1908), 0);
  });

  it('follows a change of the rate, and forgets the phase before', () => {
    const meter = new ProgressMeter();
    for (let s = 0; s <= 10; s++) meter.measure(at(s), s * 1000, 0, null);
    const next = (done: number, ms: number) =>
      meter.measure({ phase: 'checking', done, total: 10, unit: 'trees' }, ms, 0, null);
    expect(next(0, 11_000).secondsLeft).toBeNull();
    for (let i = 1; i <= 4; i++) next(i, 11_000 + i * 10_000);
    expect(next(5, 61_000).secondsLeft).toEqual({ low: 45, high: expect.closeTo(55, 6) });
  });

  it('is zero at the end, and unknown where the whole is', () => {
    const meter = new ProgressMeter();
    expect(meter.measure(at(100), 0, 0, null).secondsLeft).toEqual({ low: 0, high: 0 });
    expect(meter.measure({ phase: 'x', done: 3, total: 0, unit: 'files' }, 0, 0, null).secondsLeft).toBeNull();
  });
});

it('counts tokens per second over the last ten seconds', () => {
  const meter = new ProgressMeter();
  let rate = null;
  for (let s = 0; s <= 60; s++)
    rate = meter.measure(at(s, s < 30 ? s * 10 : 300 + (s - 30) * 50), s * 1000, 0, null).tokensPerSecond;
  expect(rate).toBe(50);
  expect(new ProgressMeter().measure(at(0), 0, 0, null).tokensPerSecond).toBeNull();
});
