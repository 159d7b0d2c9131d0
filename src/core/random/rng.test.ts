import { describe, expect, it } from 'vitest';
import { createRng, restoreRng } from './rng';

describe('createRng', () => {
  it('goes on after a restore with the same numbers and the same forks', () => {
    const rng = createRng(7);
    rng.normal();
    const restored = restoreRng(JSON.parse(JSON.stringify(rng.save())) as number[]);
    expect([restored.normal(), restored.next()]).toEqual([rng.normal(), rng.next()]);
    expect(restored.fork('a').next()).toBe(rng.fork('a').next());
  });

  it('makes forks that depend on their label alone', () => {
    const first = createRng(1).fork('question-3').next();
    const other = createRng(1);
    other.next();
    expect(other.fork('question-3').next()).toBe(first);
    expect(createRng(1).fork('question-4').next()).not.toBe(first);
  });

  it('draws uniform and normal numbers with the right moments', () => {
    const rng = createRng('moments');
    const n = 20_000;
    let sum = 0;
    let sumNormal = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      sum += rng.next();
      const z = rng.normal();
      sumNormal += z;
      squares += z * z;
    }
    // Standard errors: 0.289/sqrt(n) = 0.002, 1/sqrt(n) = 0.007, sqrt(2/n) = 0.01; four of each allowed.
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(0.0082);
    expect(Math.abs(sumNormal / n)).toBeLessThan(0.0283);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.04);
  });
});
