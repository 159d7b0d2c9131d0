import { statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { readAvailableMemory } from '../engine/available-memory';
import { readProcessor } from '../engine/processor';
import type { MachineFacts } from './services/context';

/** Facts of the machine this process runs on. */
export function readMachine(): MachineFacts {
  const { physicalCores, logicalCores } = readProcessor();
  return {
    processorName: cpus()[0]?.model.trim() ?? 'unknown processor',
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
