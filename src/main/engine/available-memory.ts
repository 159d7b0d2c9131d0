import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/**
 * Bytes that programs can still have, in all: what the system calls available, or what a container's limit leaves, whichever is less. On Linux
 * the system's caches count as free, which `freemem` leaves out.
 */
export function readAvailableMemory(): number {
  if (process.platform !== 'linux') return freemem();
  const meminfo = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1];
  const ofSystem = meminfo === undefined ? freemem() : Number(meminfo) * 1024;
  return Math.min(ofSystem, leftInContainer(readText) ?? ofSystem);
}

/** Files of the two versions of control groups: the limit and what is used of it. */
const CONTAINERS = [
  ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'],
  ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory/memory.usage_in_bytes'],
] as const;

/** What the limit of this process's container leaves; null where there is none. @param read text of a file, null when it is not there */
export function leftInContainer(read: (path: string) => string | null): number | null {
  for (const [limitFile, usedFile] of CONTAINERS) {
    const limit = Number(read(limitFile) ?? Number.NaN);
    const used = Number(read(usedFile) ?? Number.NaN);
    // "max" reads as NaN; version 1 writes a number beyond any machine instead.
    if (Number.isFinite(limit) && Number.isFinite(used) && limit < Number.MAX_SAFE_INTEGER)
      return Math.max(0, limit - used);
  }
  return null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
