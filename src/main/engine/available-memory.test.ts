import { totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { leftInContainer, readAvailableMemory } from './available-memory';

it('finds more than nothing and no more than there is', () => {
  expect(readAvailableMemory()).toBeGreaterThan(0);
  expect(readAvailableMemory()).toBeLessThanOrEqual(totalmem());
});

it.each([
  ['the second version', { '/sys/fs/cgroup/memory.max': '1000\n', '/sys/fs/cgroup/memory.current': '400\n' }, 600],
  ['one without a limit', { '/sys/fs/cgroup/memory.max': 'max\n', '/sys/fs/cgroup/memory.current': '400\n' }, null],
  [
    'the first version',
    {
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1000',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1200',
    },
    0,
  ],
  [
    'the first version without a limit',
    {
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '5',
    },
    null,
  ],
  ['no container', {}, null],
] satisfies [string, Record<string, string>, number | null][])(
  'knows what the limit of a container leaves: %s',
  (_, files, left) => {
    expect(leftInContainer((path) => new Map(Object.entries(files)).get(path) ?? null)).toBe(left);
  },
);
