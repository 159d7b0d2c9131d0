import { join } from 'node:path';
import type { RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';

/** Where things lie in the data folder. */
export interface DataFolders {
  readonly data: string;
  /** One folder for each run. */
  readonly runs: string;
  /** Prompt sets that a person made. */
  readonly prompts: string;
  /** Dry steps under way; nothing in it outlives them. */
  readonly drySteps: string;
  /** Data that was written out for other programs, unless a person named another place. */
  readonly exports: string;
}

export function dataFolders(data: string): DataFolders {
  return {
    data,
    runs: join(data, 'runs'),
    prompts: join(data, 'prompts'),
    drySteps: join(data, 'dry-steps'),
    exports: join(data, 'exports'),
  };
}

/** The rooms of a run's folder: the host writes `input`, the engine `state` and `output`. */
export interface RunRooms {
  readonly folder: string;
  readonly input: string;
  readonly state: string;
  readonly output: string;
  /** The job as it was first sent to an engine; a resumed run gets exactly this again. */
  readonly job: string;
}

export function runFolder(folders: DataFolders, id: RunId): string {
  return join(folders.runs, id);
}

/** Whether an engine has worked on a run: then `job` has been written, and the run goes on from `state`. */
export function hasBegun({ versions }: Pick<Run, 'versions'>): boolean {
  return Object.keys(versions).length > 0;
}

export function runRooms(folder: string): RunRooms {
  return {
    folder,
    input: join(folder, 'input'),
    state: join(folder, 'state'),
    output: join(folder, 'output'),
    job: join(folder, 'job.json'),
  };
}
