import { expect, test } from 'vitest';
import { gatherCalls } from './gather-calls';

test('calls of one turn, and those made meanwhile, are served together and each gets its own', async () => {
  const batches: number[][] = [];
  const double = gatherCalls(async (items: readonly number[]) => {
    batches.push([...items]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return items.map((item) => 2 * item);
  });
  const first = [double([1, 2]), double([]), double([3])];
  await new Promise((resolve) => setTimeout(resolve, 2));
  const later = [double([4]), double([5, 6])];
  expect(await Promise.all([...first, ...later])).toEqual([[2, 4], [], [6], [8], [10, 12]]);
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await double([7])).toEqual([14]);
});

test('a failure is told to everybody who waited for it, and the next call works', async () => {
  let isBroken = true;
  const work = gatherCalls(async (items: readonly number[]) => {
    if (isBroken) throw new Error('no memory');
    return items;
  });
  const failed = await Promise.allSettled([work([1]), work([2])]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await work([3])).toEqual([3]);
});
