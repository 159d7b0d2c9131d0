import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { baseBytes, LoraBase } from './lora-base';

/** 36 MiB: one is copied, two are read. */
const LARGE = 9 * 2 ** 20;

function weightsOf(...sizes: readonly number[]) {
  return sizes.map((size, index) => ({ name: `w${index}`, data: new Float32Array(size).fill(index + 1) }));
}

async function bases(of: LoraBase): Promise<number[][]> {
  const seen: number[][] = [];
  await of.forEach(async (base, index) => {
    await Promise.resolve();
    seen.push([index, base.length, base[0] ?? Number.NaN, base.at(-1) ?? Number.NaN]);
  });
  return seen;
}

describe('LoraBase', () => {
  it('keeps a copy where nothing can be read: later changes of the store do not reach it', async () => {
    const weights = weightsOf(3, 2);
    const base = new LoraBase(weights, null);
    for (const { data } of weights) data.fill(9);
    expect(await bases(base)).toEqual([
      [0, 3, 1, 1],
      [1, 2, 2, 2],
    ]);
  });

  it('reads large ones each time, in order, with the next one on its way', async () => {
    const weights = weightsOf(LARGE, LARGE, 5);
    const asked: string[] = [];
    const base = new LoraBase(weights, async (name, target) => {
      asked.push(name);
      await Promise.resolve();
      target.fill(Number(name.slice(1)) + 1);
    });
    for (const { data } of weights) data.fill(9);
    const expected = [
      [0, LARGE, 1, 1],
      [1, LARGE, 2, 2],
      [2, 5, 3, 3],
    ];
    expect(await bases(base)).toEqual(expected);
    expect(await bases(base)).toEqual(expected);
    expect(asked).toEqual(['w0', 'w1', 'w2', 'w0', 'w1', 'w2']);
    expect(baseBytes([LARGE, LARGE, 5], true)).toBe(8 * LARGE);
    expect(baseBytes([LARGE, LARGE, 5], false)).toBe(4 * (2 * LARGE + 5));
  });

  it('says which weight could not be read and what to do', async () => {
    const base = new LoraBase(weightsOf(LARGE, LARGE, LARGE), async (name) => {
      if (name === 'w1') throw new Error('gone');
    });
    const failure = await bases(base).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkbenchError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('gone'),
      facts: { where: 'w1', code: 'base-unreadable' },
    });
  });
});
