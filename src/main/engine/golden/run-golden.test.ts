import { describe, expect, it } from 'vitest';
import { compareTensors, countDifferences, largestDistance, quantileDistance, relativeDistance } from './compare';
import { skippedSet, type GoldenCase, type GoldenSet } from './golden-set';
import { runGolden } from './run-golden';

async function run(...sets: GoldenSet[]) {
  const [lines, complaints]: [string[], string[]] = [[], []];
  const report = await runGolden(sets, {
    line: (text) => lines.push(text),
    complaint: (text) => complaints.push(text),
  });
  return { report, lines, complaints };
}
const setWith = (...cases: GoldenCase[]): GoldenSet => ({ name: 'models/one', cases, skipped: [] });
const finding = (error: number, tolerance: number) => (): { error: number; tolerance: number } => ({
  error,
  tolerance,
});

describe('runGolden', () => {
  it('tells passed, failed and skipped apart, with the error of each', async () => {
    const { report, complaints } = await run(
      setWith(
        { name: 'near', measure: finding(1e-6, 1e-5) },
        { name: 'at the edge', measure: finding(1e-5, 1e-5) },
        { name: 'far', measure: finding(1e-4, 1e-5) },
      ),
      skippedSet('lora', 'the folder holds none'),
    );
    expect(report).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      cases: [
        { set: 'models/one', name: 'near', ok: true, maxError: 1e-6 },
        { set: 'models/one', name: 'at the edge', ok: true, maxError: 1e-5 },
        { set: 'models/one', name: 'far', ok: false, maxError: 1e-4 },
      ],
    });
    expect(complaints).toEqual(['models/one: far: 1.00e-4 instead of at most 1.00e-5']);
  });

  it('counts a case that crashes as failed and goes on', async () => {
    const { report, complaints } = await run(
      setWith(
        { name: 'crash', measure: () => Promise.reject(new Error('no such tensor')) },
        { name: 'after it', measure: finding(0, 0) },
      ),
    );
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.cases[0]).toMatchObject({ ok: false, maxError: Number.MAX_VALUE });
    expect(complaints.join()).toContain('no such tensor');
  });

  it('never passes what is no number', async () => {
    const { report } = await run(setWith({ name: 'nan', measure: finding(Number.NaN, 1) }));
    expect(report.cases).toEqual([{ set: 'models/one', name: 'nan', ok: false, maxError: Number.MAX_VALUE }]);
  });

  it('names every set and every reason in its table', async () => {
    const { lines } = await run(setWith({ name: 'near', measure: finding(1, 2) }), skippedSet('rl', 'no such file'));
    expect(lines.join('\n')).toMatch(/models\/one +1 +0 +0 +50 %: near\nrl +0 +0 +1\n +skipped +no such file/);
  });
});

describe('comparing', () => {
  const of = (...data: number[]) => new Map([['w', { data }]]);

  it('is infinitely wrong about other lengths, missing and surplus tensors, and numbers that are none', () => {
    expect(largestDistance([1], [1, 2])).toBe(Infinity);
    expect(relativeDistance([1], [1, 2])).toBe(Infinity);
    expect(compareTensors(new Map(), of(1), largestDistance, 1)).toMatchObject({ error: Infinity, where: 'w' });
    expect(compareTensors(of(1), new Map(), largestDistance, 1).error).toBe(Infinity);
    expect(compareTensors(of(Number.NaN), of(1), largestDistance, 1).error).toBe(Infinity);
    expect(compareTensors(of(1), of(Number.NaN), relativeDistance, 1).error).toBe(Infinity);
    expect(quantileDistance(of(Number.NaN), of(1), 0.5)).toBe(Infinity);
  });

  it('measures as the tolerances are given', () => {
    expect(largestDistance([1, 2], [1, 4])).toBe(2);
    expect(relativeDistance([3, 0], [3, 4])).toBe(0.8);
    expect(countDifferences([0, 1, 2], [-0, 1, 3])).toBe(2);
    expect(quantileDistance(of(1, 1, 1, 9), of(1, 1, 1, 1), 0.5)).toBe(0);
    expect(quantileDistance(of(1, 1, 1, 9), of(1, 1, 1, 1), 0.75)).toBe(8);
  });
});
