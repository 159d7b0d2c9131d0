import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SystemInfo } from '@contracts/system';
import type { SpawnEngine } from './jobs/engine-child';
import { createDeviceProbe } from './jobs/device-probe';
import { DryDesk } from './jobs/dry-desk';
import type { EngineTimings } from './jobs/engine-run';
import { EventBus, watchActivity } from './jobs/events';
import { dataFolders } from './jobs/run-folders';
import { LiveTrees } from './jobs/live-trees';
import { SessionDesk } from './jobs/session-desk';
import { JobSupervisor } from './jobs/supervisor';
import { readMachine } from './machine';
import { createModelReader } from './model-reader';
import { createRouter, type HostRouter } from './rpc/router';
import type { MachineFacts, ModelReader, ServiceContext } from './services/context';
import { DeviceDesk, type DeviceProbe } from './services/devices';
import { learnFromRun } from './services/dry-step';
import { ServerKeys, type SecretStore } from './services/server-keys';
import { getSettings, shareOfMachine } from './services/system';
import { emptyOldTrash } from './services/trash';
import { requireServer } from './store/repositories/servers';
import { openDatabase } from './store/database';
import { takeInstanceLock } from './store/instance-lock';
import { findTreeId } from './store/repositories/trees';
import { moveEmbedded } from './store/repositories/checkpoints';
import { SCHEMA_STEPS } from './store/schema';
import { PROGRAM_VERSION } from './version';

export interface HostOptions {
  /** Where the store and the runs live; made when missing. */
  readonly dataFolder: string;
  /** Prompts, the embedded model and its questions. */
  readonly resourcesFolder: string;
  readonly shell: SystemInfo['shell'];
  readonly spawnEngine: SpawnEngine;
  /** Shows a path in the desktop's file manager, where there is one. */
  readonly reveal?: (path: string) => Promise<void>;
  /** The operating system's store for secrets, where the shell has one. */
  readonly secrets?: SecretStore | null;
  /** A damaged database is renamed and an empty one begun; only when the person asked for it. */
  readonly setAsideCorrupt?: boolean;
  readonly clock?: { nowMs(): number };
  readonly machine?: MachineFacts;
  readonly models?: ModelReader;
  readonly deviceProbe?: DeviceProbe;
  readonly timings?: EngineTimings;
}

/** A running host: its calls, and the way to end it. */
export interface Host {
  readonly router: HostRouter;
  readonly services: ServiceContext;
  /** Lets a running job save for at most `deadlineMs`, then closes the store. */
  close(deadlineMs?: number): Promise<void>;
}

const CLOSE_DEADLINE_MS = 5000;

/**
 * Wires store, jobs, services and calls together; the only place that knows them all. Runs that a dead host left open become `interrupted`.
 * @throws WorkbenchError `already-open`, and the reasons of `openDatabase`
 */
export function composeHost(options: HostOptions): Host {
  const nowMs = options.clock ? () => options.clock?.nowMs() ?? 0 : () => Date.now();
  const folders = dataFolders(options.dataFolder);
  const lock = takeInstanceLock(folders.data, nowMs());
  try {
    mkdirSync(folders.runs, { recursive: true });
    const db = openDatabase(folders.data, { nowMs: nowMs(), setAsideCorrupt: options.setAsideCorrupt ?? false });
    const bus = new EventBus();
    const machine = options.machine ?? readMachine();
    const promptsFolder = join(options.resourcesFolder, 'prompts');
    const versions = {
      workbench: PROGRAM_VERSION,
      node: process.versions.node,
      schema: String(SCHEMA_STEPS.length),
    };
    const newId = (prefix: string) => `${prefix}-${randomBytes(9).toString('base64url')}`;
    const devices = new DeviceDesk({
      db,
      probe: options.deviceProbe ?? createDeviceProbe(options.spawnEngine),
      programVersion: PROGRAM_VERSION,
      nowMs,
      choice: () => getSettings({ db }).device,
    });
    const liveTrees = new LiveTrees({ bus, nowMs, findTree: (runId, questionId) => findTreeId(db, runId, questionId) });
    const serverKeys = new ServerKeys(folders.data, options.secrets ?? null);
    const drySteps = new DryDesk(options.spawnEngine);
    // Whatever is there was left by a host that died.
    rmSync(folders.drySteps, { recursive: true, force: true });
    const jobs = new JobSupervisor({
      db,
      bus,
      nowMs,
      newId,
      liveTrees,
      versions,
      onFinished: (id) => learnFromRun({ db, machine }, id),
      spawnEngine: options.spawnEngine,
      serverKey: async (name) => serverKeys.read(requireServer(db, name)),
      prepareOptions: async () => ({
        promptsFolder,
        ownPromptsFolder: folders.prompts,
        share: (wanted) => shareOfMachine({ machine, db }, wanted),
        ...(await devices.choose()),
      }),
      ...(options.timings && { timings: options.timings }),
    });
    const sessions = new SessionDesk({
      spawnEngine: options.spawnEngine,
      nowMs,
      isJobWorking: () => jobs.isWorking,
      freeMemoryBytes: () => machine.freeMemoryBytes(),
      share: () => shareOfMachine({ machine, db }),
      promptsFolder,
    });
    void watchActivity(bus, (isWorking) => {
      if (!isWorking) return;
      sessions.makeWay();
      drySteps.makeWay();
    });
    const services: ServiceContext = {
      db,
      bus,
      jobs,
      liveTrees,
      sessions,
      drySteps,
      machine,
      serverKeys,
      devices,
      folders,
      versions,
      promptsFolder,
      newId,
      nowMs,
      models: options.models ?? createModelReader(),
      resourcesFolder: options.resourcesFolder,
      shell: options.shell,
      reveal: options.reveal ?? null,
    };
    moveEmbedded(db, (path) => {
      const here = join(options.resourcesFolder, 'models', basename(path));
      return existsSync(here) ? here : path;
    });
    jobs.recover();
    // Files that cannot be deleted now are deleted at another start; nothing waits for it.
    emptyOldTrash(services).catch((error: unknown) => console.error('[workbench] the trash was not emptied:', error));
    return {
      services,
      router: createRouter(services),
      async close(deadlineMs = CLOSE_DEADLINE_MS) {
        sessions.closeAll();
        drySteps.makeWay();
        await jobs.close(deadlineMs);
        liveTrees.close();
        bus.close();
        db.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
