import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckpointId } from '@contracts/ids';
import type { DemoFacts } from '@contracts/projects';
import { writeSafetensors } from '@core/formats/safetensors';
import { applyRecords } from '../jobs/apply-records';
import { openDatabase, openMemoryDatabase } from '../store/database';
import { listFinishedRuns } from '../store/repositories/runs';
import { makeExample, makeTree } from '../testing/records';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';
import { writeArchive } from './archive-file';
import { openProjectArchive } from './open-project';
import { packProject, type PackedProject } from './pack-project';
import { listProjectTables } from './project-rows';

const NOW = 2_000_000;
const share = { value: 0.5, low: 0.4, high: 0.6, count: 100 };
const ABOUT: DemoFacts = {
  seed: 1,
  isQuick: true,
  command: 'npm run make-demo-project',
  madeAtMs: 1,
  programVersion: '0',
  cores: 2,
  minutes: 1,
  trees: 1,
  examples: 1,
  accuracy: { before: share, afterSft: share, afterRl: share },
  shipped: { dtype: 'BF16', afterSft: share, afterRl: share },
};

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

/** A project with a finished search, a checkpoint, a tree, an example and a log line that names a folder of this machine. */
async function makeFinished(name: string) {
  const made = host.makeProject(name);
  const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  engine.finish({ trees: 1 });
  await expect.poll(async () => (await host.client.runs.get({ id: run.id })).status).toBe('finished');
  const { db, newId, nowMs } = host.services;
  const output = join(run.folder, 'output', 'checkpoint');
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, 'config.json'), '{}');
  writeFileSync(
    join(output, 'model.safetensors'),
    writeSafetensors([{ name: 'w', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]),
  );
  applyRecords({ db, run: await host.client.runs.get({ id: run.id }), newId, nowMs: nowMs() }, [
    makeTree('q1'),
    makeExample('one', { steps: [{ token: 'output', text: 'quokka', isTrained: true, role: 'output', nodeIndex: 1 }] }),
    {
      type: 'checkpoint',
      name: 'grown',
      step: 1,
      path: output,
      adapterPath: null,
      isFinal: true,
      architecture: 'llama',
      parameterCount: 4,
      vocabSize: 2,
      sizeBytes: 16,
      hasFunctionalTokens: true,
      tokenSet: null,
      promptSet: 'instruct',
      plainPrompts: [],
    },
  ]);
  db.prepare("INSERT INTO logs (run_id, at_ms, level, message) VALUES (?, 1, 'info', ?)").run(
    run.id,
    `Wrote ${join(host.services.folders.data, 'x')}.`,
  );
  const checkpointId = (await host.client.runs.get({ id: run.id })).outputs.checkpointIds[0] as CheckpointId;
  return { ...made, runId: run.id, checkpointId, output };
}

async function pack(): Promise<{ made: Awaited<ReturnType<typeof makeFinished>>; packed: PackedProject }> {
  await makeFinished('Another');
  const made = await makeFinished('Shipped');
  const { folders, resourcesFolder } = host.services;
  await host.host.close(0);
  const packed = packProject({
    projectId: made.projectId,
    name: 'The demo',
    about: ABOUT,
    checkpoints: [{ id: made.checkpointId, from: made.output, near: null }],
    withoutRuns: [],
    scratch: join(folder.path, 'scratch'),
    dataFolder: folders.data,
    resourcesFolder,
    nowMs: NOW,
  });
  return { made, packed };
}

describe('a project in one file', () => {
  test('opens in another data folder beside what is there, with its files, its search and this machine’s paths', async () => {
    const { made, packed } = await pack();
    const archive = writeArchive(packed.manifest, packed.contents, 1);
    expect(JSON.stringify(packed.manifest)).not.toContain(folder.path);
    expect(Buffer.concat(packed.contents.map((part) => Buffer.from(part))).includes(folder.path)).toBe(false);

    host = new TestHost(join(folder.path, 'elsewhere'));
    const own = await makeFinished('Mine');
    const { db, folders, resourcesFolder } = host.services;
    const open = () =>
      openProjectArchive({ db, archive, where: 'test', dataFolder: folders.data, resourcesFolder, nowMs: NOW });
    await open();

    const projects = await host.client.projects.list({});
    expect(projects.map(({ name }) => name).toSorted()).toEqual(['Mine', 'The demo']);
    const run = await host.client.runs.get({ id: made.runId });
    expect(run.folder).toBe(join(folders.runs, made.runId));
    expect(run.versions['imported']).toBe('with the demo project');
    const checkpoint = await host.client.models.get({ id: made.checkpointId });
    expect(checkpoint.isMissing).toBe(false);
    expect(readFileSync(join(checkpoint.path, 'model.safetensors'))).toEqual(
      readFileSync(join(made.output, 'model.safetensors')),
    );
    const [log] = await host.client.runs.logs({ id: made.runId });
    expect(log?.message).toBe(`Wrote ${join(folders.data, 'x')}.`);
    const [dataset] = await host.client.examples.datasets({ projectId: made.projectId });
    const found = await host.client.examples.list({
      datasetId: dataset!.id,
      filter: { search: 'quokka' },
      offset: 0,
      limit: 10,
    });
    expect(found.total).toBe(1);
    // What was there keeps its own, and only that counts as measured here.
    expect((await host.client.runs.get({ id: own.runId })).outputs.treeCount).toBe(1);
    expect(listFinishedRuns(db, 'search', 5).map(({ id }) => id)).toEqual([own.runId]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(readdirSync(folders.data).filter((name) => name.startsWith('opening'))).toEqual([]);
  });

  test('a damaged archive adds nothing', async () => {
    const { made, packed } = await pack();
    const contents = packed.contents.map((part) => Uint8Array.from(part));
    const weights = packed.manifest.files.findIndex(({ path }) => path.endsWith('.safetensors'));
    contents[weights]![contents[weights]!.length - 1]! ^= 1;
    const archive = writeArchive(packed.manifest, contents, 1);
    host = new TestHost(join(folder.path, 'elsewhere'));
    const { db, folders, resourcesFolder } = host.services;
    await expect(
      openProjectArchive({ db, archive, where: 'test', dataFolder: folders.data, resourcesFolder, nowMs: NOW }),
    ).rejects.toMatchObject({ facts: { code: 'project-archive' } });
    expect(await host.client.projects.list({})).toEqual([]);
    expect(existsSync(join(folders.runs, made.runId, 'output', 'checkpoint', 'config.json'))).toBe(false);
  });

  test('every table of a project travels; settings and drafts do not', () => {
    const db = openMemoryDatabase();
    const travelling = listProjectTables(db).map(({ name }) => name);
    const all = db.pragma('table_list') as { schema: string; name: string; type: string }[];
    const staying = all
      .filter(({ schema, type, name }) => schema === 'main' && type === 'table' && !name.startsWith('sqlite_'))
      .map(({ name }) => name)
      .filter((name) => !travelling.includes(name));
    // What a machine was measured at is worth nothing on another one.
    expect(staying.toSorted()).toEqual(['drafts', 'dry_steps', 'estimate_corrections', 'settings']);
    // Full-text indexes keep no text; whoever adds one fills it in open-project.ts and names it here.
    expect(all.filter(({ type }) => type === 'virtual').map(({ name }) => name)).toEqual(['example_texts']);
    db.close();
  });

  test('a database of a newer schema is refused in words', async () => {
    const { packed } = await pack();
    const newer = join(folder.path, 'newer');
    mkdirSync(newer, { recursive: true });
    writeFileSync(join(newer, 'workbench.db'), packed.contents[0]!);
    const db = openDatabase(newer, { nowMs: NOW });
    db.pragma('user_version = 9999');
    db.close();
    expect(() => openDatabase(newer, { nowMs: NOW })).toThrow(/newer version/);
  });
});
