import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  assumeCores,
  chooseThreads,
  coresFromCpuInfo,
  coresFromSiblings,
  describeThreads,
  parseCpuList,
  readProcessor,
} from './processor';

const processor = (physicalCores: number, logicalCores = physicalCores) =>
  ({ physicalCores, logicalCores, source: 'topology' }) as const;

describe('chooseThreads', () => {
  it.each([
    { what: 'one for each physical core', of: processor(4, 8), wishes: {}, threads: 4 },
    { what: 'one fewer when gentle', of: processor(4, 8), wishes: { gentle: true }, threads: 3 },
    { what: 'one of two when gentle', of: processor(2), wishes: { gentle: true }, threads: 1 },
    { what: 'the only one even when gentle', of: processor(1), wishes: { gentle: true }, threads: 1 },
    { what: 'no more than a container may use', of: processor(16, 3), wishes: {}, threads: 3 },
    { what: 'as many as asked for, hyper-threads too', of: processor(4, 8), wishes: { threads: 6 }, threads: 6 },
    { what: 'never more than there are', of: processor(4, 8), wishes: { threads: 64 }, threads: 8 },
    {
      what: 'a core left even where all were asked for',
      of: processor(4, 8),
      wishes: { threads: 64, gentle: true },
      threads: 3,
    },
  ])('takes $what', ({ of, wishes, threads }) => expect(chooseThreads(of, wishes)).toBe(threads));
});

describe('physical cores of Linux', () => {
  const hyperThreaded = new Map([
    [0, '0,4\n'],
    [1, '1,5\n'],
    [2, '2,6\n'],
    [3, '3,7\n'],
    [4, '0,4\n'],
    [5, '1,5\n'],
    [6, '2,6\n'],
    [7, '3,7\n'],
  ]);

  it('counts siblings once', () => expect(coresFromSiblings(hyperThreaded, null)).toBe(4));
  it('counts only cores that the process may run on', () => {
    expect(coresFromSiblings(hyperThreaded, '0-1,4-5')).toBe(2);
    expect(coresFromSiblings(hyperThreaded, '2,6')).toBe(1);
    expect(coresFromSiblings(hyperThreaded, '2,3')).toBe(2);
  });
  it('reads lists of processors', () => expect([...parseCpuList('0-2,8,10-11\n')]).toEqual([0, 1, 2, 8, 10, 11]));

  it('reads pairs of package and core', () => {
    const block = (socket: number, core: number) => `processor\t: 0\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
    expect(coresFromCpuInfo([block(0, 0), block(0, 1), block(0, 0), block(1, 0)].join('\n'))).toBe(3);
    expect(coresFromCpuInfo('processor\t: 0\nBogoMIPS\t: 50.00\n')).toBeNull();
  });
});

it('assumes two threads on a core where nothing is known', () => {
  expect([1, 2, 4, 7, 16].map(assumeCores)).toEqual([1, 2, 2, 4, 8]);
});

it('finds the processor of this machine', () => {
  const { physicalCores, logicalCores } = readProcessor();
  expect(logicalCores).toBe(availableParallelism());
  expect(physicalCores).toBeGreaterThanOrEqual(1);
  expect(physicalCores).toBeLessThanOrEqual(logicalCores);
});

it('says how many threads there are, and that a number was only assumed', () => {
  expect(describeThreads(1, true, processor(2))).toBe(
    'Computing gently: 1 thread on 2 physical cores, at a lower priority than other programs.',
  );
  expect(describeThreads(4, false, { physicalCores: 4, logicalCores: 8, source: 'assumed' })).toBe(
    'Computing with 4 threads on 4 assumed physical cores.',
  );
});
