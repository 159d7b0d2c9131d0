import { createHash } from 'node:crypto';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import type { WorkbenchClient } from '../demo/walk-road';

/** Where runs come from: those that are stored, and new ones while there is time. */
export interface Lab {
  readonly client: WorkbenchClient;
  readonly projectId: ProjectId;
  /**
   * The stored run of exactly this work, or a new one followed to its end; one that was interrupted goes on. Null where nothing is stored and
   * nothing may be started. A run that failed or was cancelled comes back as it is.
   */
  run(spec: JobSpecInput, name: string): Promise<Run | null>;
}

export interface LabOptions {
  readonly client: WorkbenchClient;
  readonly projectId: ProjectId;
  /** Asked before each new run. */
  readonly mayStart: () => boolean;
  readonly onRun: (run: Run) => void;
}

/**
 * What work is, as a name: kind, settings and what it starts from, with the defaults of this version filled in, so that a setting added later
 * does not make old runs strangers.
 */
export function keyOf(spec: JobSpecInput): string {
  return createHash('sha256')
    .update(canonical(JobSpec.parse(spec)))
    .digest('hex');
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

const UNDER_WAY: ReadonlySet<Run['status']> = new Set(['queued', 'running', 'pausing']);
const HALTED: ReadonlySet<Run['status']> = new Set(['paused', 'interrupted']);

export async function openLab({ client, projectId, mayStart, onRun }: LabOptions): Promise<Lab> {
  const known = new Map<string, Run>();
  // Oldest first, so that the newest of equal runs is the one that counts, and a finished one before any other.
  for (const run of [...(await client.runs.list({ projectId }))].reverse()) {
    const key = keyOf(run.spec);
    if (known.get(key)?.status !== 'finished') known.set(key, run);
  }
  return {
    client,
    projectId,
    async run(spec, name) {
      const key = keyOf(spec);
      const stored = known.get(key);
      if (stored && !HALTED.has(stored.status) && !UNDER_WAY.has(stored.status)) return stored;
      if (!mayStart()) return null;
      const run = await follow(
        client,
        async () =>
          stored === undefined
            ? client.runs.start({ projectId, name, spec: JobSpec.parse(spec) })
            : HALTED.has(stored.status)
              ? client.runs.resume({ id: stored.id })
              : stored,
        onRun,
      );
      known.set(key, run);
      return run;
    },
  };
}

/** Begins a run and waits until it is settled, one way or another. */
async function follow(client: WorkbenchClient, begin: () => Promise<Run>, onRun: (run: Run) => void): Promise<Run> {
  const controller = new AbortController();
  const events = await client.runs.watch({}, { signal: controller.signal });
  try {
    const begun = await begin();
    onRun(begun);
    for await (const event of events) {
      if (event.type !== 'runChanged' || event.run.id !== begun.id) continue;
      onRun(event.run);
      if (!UNDER_WAY.has(event.run.status)) return event.run;
    }
    return await client.runs.get({ id: begun.id });
  } finally {
    controller.abort();
  }
}
