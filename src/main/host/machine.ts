import { statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { readProcessor } from '../engine/processor';
import type { MachineFacts } from './services/context';

/** Facts of the machine this process runs on. */
export function readMachine(): MachineFacts {
  const { physicalCores, logicalCores } = readProcessor();
  return {
    cores: logicalCores,
    physicalCores,
    totalMemoryBytes: totalmem(),
    freeMemoryBytes: readAvailableMemory,
    freeDiskBytes(path) {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
  };
}

/** Memory a new program can have. On Linux caches count as free, which `freemem` leaves out. */
function readAvailableMemory(): number {
  if (process.platform !== 'linux') return freemem();
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  } catch {
    return freemem();
  }
}
