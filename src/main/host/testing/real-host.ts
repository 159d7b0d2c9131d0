import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { composeHost, type Host } from '../compose';
import { forkEngine, type SpawnEngine } from '../jobs/engine-child';
import { makeTestFolder } from './test-host';

/** What a new project with the embedded model begins with. */
export interface EmbeddedStart {
  readonly projectId: ProjectId;
  readonly base: CheckpointId;
  readonly train: QuestionSetId;
}

/** A host over real engine processes, built for the test, with a data folder of its own. */
export class RealHost {
  static async open(name: string, wrap: (spawn: SpawnEngine) => SpawnEngine = (spawn) => spawn): Promise<RealHost> {
    // Build tools are plain JavaScript without types.
    const { bundleEntries } = (await import('../../../../scripts/ground/bundle.mjs' as string)) as {
      bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
    };
    const bundle = resolve('.tools', 'run', `${name}-${process.pid}`);
    const built = await bundleEntries({ engine: 'src/main/engine/engine.process.ts' }, bundle);
    const folder = makeTestFolder();
    const host = composeHost({
      dataFolder: join(folder.path, 'data'),
      resourcesFolder: resolve(process.env['WORKBENCH_RESOURCES'] ?? 'resources'),
      shell: 'none',
      spawnEngine: wrap(forkEngine(built['engine'] ?? '')),
    });
    return new RealHost(host, folder.path, async () => {
      await host.close(0);
      folder.remove();
      rmSync(bundle, { recursive: true, force: true });
    });
  }

  readonly client: RouterClient<Host['router']>;

  private constructor(
    readonly host: Host,
    /** For files of the test; the data lie in `data` below it. */
    readonly folder: string,
    readonly close: () => Promise<void>,
  ) {
    this.client = createRouterClient(host.router);
  }

  async openEmbedded(name: string): Promise<EmbeddedStart> {
    const { id: projectId } = await this.client.projects.create({ name, withEmbedded: true });
    const [model] = await this.client.models.list({ projectId });
    const train = (await this.client.questions.list({ projectId })).find(({ role }) => role === 'train');
    if (!model || !train) throw new Error('The embedded model came without questions.');
    return { projectId, base: model.id, train: train.id };
  }

  /** Runs a job to its end. @throws when it does not finish well */
  async run(projectId: ProjectId, spec: JobSpecInput): Promise<Run> {
    const started = await this.client.runs.start({ projectId, spec: JobSpec.parse(spec) });
    await this.host.services.jobs.whenIdle();
    const done = await this.client.runs.get({ id: started.id });
    if (done.status !== 'finished') throw new Error(`${done.name}: ${done.status}. ${done.error?.message ?? ''}`);
    return done;
  }
}

/** The checkpoint that a run wrote last. @throws when there is none */
export function checkpointOf({ outputs }: Run): CheckpointId {
  const id = outputs.checkpointIds.at(-1);
  if (!id) throw new Error('The run wrote no checkpoint.');
  return id;
}
