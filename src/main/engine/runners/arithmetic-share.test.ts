import { expect, it } from 'vitest';
import { ArithmeticShare, SHARE_OF_ARITHMETIC } from './arithmetic-share';

it('tells apart what was computed and what was waited for', async () => {
  const executor = { computedMs: 500, compile: () => Promise.reject(new Error('not asked for')) };
  const share = new ArithmeticShare(executor);
  await new Promise((resolve) => setTimeout(resolve, 200));
  executor.computedMs += 20;
  const [, computed, waiting] = SHARE_OF_ARITHMETIC.exec(share.describe() ?? '') ?? [];
  expect(Number(computed)).toBeGreaterThan(0);
  expect(Number(computed)).toBeLessThanOrEqual(10);
  expect(Number(waiting)).toBeGreaterThan(20);
  const { compile } = executor;
  expect(new ArithmeticShare({ compile }).describe()).toBeNull();
});
