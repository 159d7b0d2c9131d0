import type { ModelConfig } from '@core/models/model-config';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { ImportInspection, ModelInspection } from '@contracts/models';
import type { SystemInfo } from '@contracts/system';
import type { DryDesk } from '../jobs/dry-desk';
import type { EventBus } from '../jobs/events';
import type { DataFolders } from '../jobs/run-folders';
import type { LiveTrees } from '../jobs/live-trees';
import type { SessionDesk } from '../jobs/session-desk';
import type { JobSupervisor } from '../jobs/supervisor';
import type { WritableDb } from '../store/sql';
import type { DeviceDesk } from './devices';
import type { ServerKeys } from './server-keys';

/** Reads what a model is without loading its weights. */
export interface ModelReader {
  inspect(path: string): Promise<ModelInspection>;
  /** The same of whatever can be imported. @param basePath model that an adapter is to be laid over */
  look(path: string, basePath: string | null): Promise<ImportInspection>;
  /** The shape of a model; null where the files cannot be read. */
  config(path: string): Promise<ModelConfig | null>;
  /** The tokenizer of a model folder or GGUF file; remembered for a while. */
  tokenizer(path: string): Promise<Tokenizer>;
  /** Reads a matrix of a model slice by slice. @throws WorkbenchError `rows-unreadable` for a file that keeps no plain rows */
  readRows(path: string, name: string, take: (first: number, rows: Float32Array) => void): Promise<void>;
}

export interface MachineFacts {
  /** Of the processor, as the system calls it. */
  readonly processorName: string;
  /** Logical processors that this program may use. */
  readonly cores: number;
  readonly physicalCores: number;
  readonly totalMemoryBytes: number;
  freeMemoryBytes(): number;
  /** Of the disk that holds `path`. */
  freeDiskBytes(path: string): number;
}

/** What every service works with; made once by `compose.ts`. */
export interface ServiceContext {
  readonly db: WritableDb;
  readonly bus: EventBus;
  readonly jobs: JobSupervisor;
  readonly liveTrees: LiveTrees;
  /** Models that are kept open for the playground. */
  readonly sessions: SessionDesk;
  readonly drySteps: DryDesk;
  readonly models: ModelReader;
  readonly machine: MachineFacts;
  readonly devices: DeviceDesk;
  readonly serverKeys: ServerKeys;
  readonly folders: DataFolders;
  readonly resourcesFolder: string;
  readonly promptsFolder: string;
  readonly shell: SystemInfo['shell'];
  readonly versions: Readonly<Record<string, string>>;
  /** Shows a path in the desktop's file manager; null where there is none. */
  readonly reveal: ((path: string) => Promise<void>) | null;
  nowMs(): number;
  /** A new id, e.g. `newId('run')`. */
  newId(prefix: string): string;
}
