import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import { composeHost } from '../../src/main/host/compose';
import { forkEngine, type SpawnEngine } from '../../src/main/host/jobs/engine-child';
import { SHARE_OF_ARITHMETIC } from '../../src/main/engine/runners/arithmetic-share';
import type { PreparedTask } from '../contests/our-task';

/** Trees at once as the program's demo grows them, over the embedded model: where a step is shortest and waiting weighs most. */
const SEARCH = {
  promptSet: 'workbook',
  children: 'narrow',
  numSimulations: 16,
  maxStepTokens: 64,
  maxAnswerTokens: 96,
  maxPathTokens: 384,
  maxQuestions: 128,
  concurrentTrees: 64,
  temperature: 0.7,
} as const;

/**
 * Share of an engine process's time in a search in which it has nothing to do, since host or disk have not answered: with a real host and store, as
 * the engine's own log tells it.
 */
export async function measureWaiting(): Promise<PreparedTask> {
  const { bundleEntries } = (await import(resolve('scripts/ground/bundle.mjs'))) as {
    bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
  };
  const built = await bundleEntries(
    { engine: 'src/main/engine/engine.process.ts' },
    resolve('.tools', 'run', `bench-${process.pid}`),
  );
  let last = '';
  const engine = forkEngine(built['engine'] ?? '');
  return {
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'workbench-bench-'));
      try {
        last = await runSearch(folder, engine);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      return Number(SHARE_OF_ARITHMETIC.exec(last)?.[2]) / 100;
    },
    // Each run starts an engine of its own.
    warm: () => Promise.resolve(),
    about: () => last,
  };
}

/** A search from an empty store on. @returns the line of its log that tells the share */
async function runSearch(dataFolder: string, spawnEngine: SpawnEngine): Promise<string> {
  const host = composeHost({
    dataFolder,
    resourcesFolder: resolve('resources'),
    shell: 'none',
    spawnEngine,
  });
  const client = createRouterClient(host.router);
  const project = await client.projects.create({ name: 'Bench', withEmbedded: true });
  const [model] = await client.models.list({ projectId: project.id });
  const train = (await client.questions.list({ projectId: project.id })).find(({ role }) => role === 'train');
  if (!model || !train) throw new Error('The embedded model came without questions.');
  const spec: JobSpecInput = { kind: 'search', checkpointId: model.id, questionSetId: train.id, config: SEARCH };
  try {
    const { id } = await client.runs.start({ projectId: project.id, spec: JobSpec.parse(spec) });
    await host.services.jobs.whenIdle();
    const told = (await client.runs.logs({ id, limit: 200 }))
      .map(({ message }) => message)
      .find((message) => SHARE_OF_ARITHMETIC.test(message));
    if (told === undefined) throw new Error('The run did not say what it spent on arithmetic.');
    return told;
  } finally {
    await host.close(0);
  }
}
