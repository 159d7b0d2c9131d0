import { createRouterClient } from '@orpc/server';
import { join } from 'node:path';
import { composeHost } from '../host/compose';
import { defaultDataFolder } from '../host/data-folder';
import { forkEngine } from '../host/jobs/engine-child';
import { readMachine } from '../host/machine';
import type { WorkbenchClient } from './walk-road';

/** A workbench without a window: the same host, the same store, called directly. */
export interface WorkbenchSession {
  readonly client: WorkbenchClient;
  readonly dataFolder: string;
  close(): Promise<void>;
}

/** What ships with the program: the embedded model, its questions, the prompts. */
export function resourcesFolder(): string {
  return process.env['WORKBENCH_RESOURCES'] ?? join(process.cwd(), 'resources');
}

/**
 * Opens the host in this process. The engine's module lies beside this one, as in the built program.
 * @param dataFolder where everything is kept; null is the person's own, so that a window shows it afterwards
 * @param most.threads processor threads that a run may take at most; null for all of the machine's
 * @throws WorkbenchError `already-open` while a window is open on the same folder
 */
export function openSession(
  dataFolder: string | null,
  most: { readonly threads: number | null } = { threads: null },
): WorkbenchSession {
  const folder = dataFolder ?? defaultDataFolder();
  const machine = readMachine();
  const atMost = (cores: number) => Math.min(cores, most.threads ?? cores);
  const host = composeHost({
    dataFolder: folder,
    resourcesFolder: resourcesFolder(),
    shell: 'none',
    spawnEngine: forkEngine(join(import.meta.dirname, 'engine.mjs')),
    machine: { ...machine, cores: atMost(machine.cores), physicalCores: atMost(machine.physicalCores) },
  });
  return { client: createRouterClient(host.router), dataFolder: folder, close: () => host.close() };
}
