import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { LAYOUT_NAMES } from '@core/dataset/layouts/layout-names';
import { makeExample } from '../testing/records';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';

/** Python with torch, transformers and TRL; see bench/README.md. */
const PYTHON = process.env['WORKBENCH_PEER_PYTHON'] ?? resolve('.peers/venv/bin/python');
const MODEL = resolve('resources/models/workbook-2m');
const missing = [PYTHON, join(MODEL, 'model.safetensors')].find((path) => !existsSync(path)) ?? null;

/** Nothing is fetched, and no card is looked for. */
const ENV = { ...process.env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', TOKENIZERS_PARALLELISM: 'false' };

describe.skipIf(missing !== null)(`TRL${missing === null ? '' : ` (not here: ${missing})`}`, () => {
  let folder: ReturnType<typeof makeTestFolder>;
  let host: TestHost;
  let made: Awaited<ReturnType<typeof makeProject>>;
  beforeAll(async () => {
    folder = makeTestFolder();
    host = new TestHost(folder.path, { resourcesFolder: 'resources' });
    made = await makeProject();
  });
  afterAll(async () => {
    await host.host.close(0);
    folder.remove();
  });

  const python = (script: string, ...more: string[]) =>
    execFileSync(PYTHON, [script, ...more], { encoding: 'utf8', env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });

  /** Six judged examples, one with a masked wrong turn, and an export run with the embedded model. */
  async function makeProject() {
    const { client } = host;
    const { projectId, checkpointId, questionSetId } = host.makeProject();
    const search = await client.runs.start({ projectId, spec: searchSpec({ checkpointId, questionSetId }) });
    const grower = await host.engine();
    grower.commit([]);
    grower.finish();
    await host.services.jobs.whenIdle();
    const spec = JobSpec.parse({ kind: 'export', checkpointId, config: {} });
    const run = await client.runs.start({ projectId, spec });
    const exporter = await host.engine();
    const model = join(folder.path, 'export', 'model');
    cpSync(MODEL, model, { recursive: true });
    exporter.commit([{ type: 'artefact', kind: 'model-folder', path: model, sizeBytes: 1, sha256: '' }]);
    exporter.finish();
    await host.services.jobs.whenIdle();
    const path = join(folder.path, 'in.jsonl');
    const rows = [0, 1, 2, 3, 4, 5].map((at) => {
      const { key: _, ...example } = makeExample('x', { prompt: `Tom has ${at} apples and buys 2 . How many ?` });
      const steps = example.steps.map((step, index) => ({ ...step, isTrained: at > 0 || index > 0 }));
      return { ...example, steps, stepMarks: steps.map(() => ({ verdict: at % 2 ? 'right' : 'wrong', note: '' })) };
    });
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const { fields } = await client.exampleFiles.preview({ path });
    const { dataset } = await client.exampleFiles.import({
      ...{ projectId, path, layout: 'workbench', name: 'Six', checkpointId: null, dryRun: false },
      columns: Object.fromEntries(fields.workbench.map(({ name, column }) => [name, column])),
    });
    return {
      projectId,
      questionSetId,
      runId: run.id,
      model,
      searchId: search.id,
      datasetId: DatasetId.parse(dataset?.id),
    };
  }

  it('loads every layout in both formats, and trains on those of its trainer', async () => {
    const files: string[] = [];
    for (const layout of LAYOUT_NAMES)
      for (const format of ['jsonl', 'parquet'] as const) {
        const path = join(folder.path, `${layout}.${format}`);
        const order = { datasetId: made.datasetId, filter: { search: '' }, verdicts: 'any', replace: true } as const;
        await host.client.exampleFiles.export({ ...order, layout, format, path });
        files.push(`${layout}.${format}=${path}`);
      }
    const output = python('scripts/peers/check_trl.py', made.model, join(folder.path, 'trl'), ...files);
    const results = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<
      string,
      { rows: number; columns: Record<string, string>; first: Record<string, unknown>; loss?: number }
    >;
    expect(Object.values(results).map(({ rows }) => rows)).toEqual(files.map(() => 6));
    for (const layout of LAYOUT_NAMES) {
      const [lines, parquet] = [results[`${layout}.jsonl`], results[`${layout}.parquet`]];
      // The own layout keeps nested values as JSON text in Parquet.
      if (layout !== 'workbench') expect(parquet?.first).toEqual(lines?.first);
    }
    expect(results['trl-stepwise.parquet']?.columns).toMatchObject({
      completions: expect.stringMatching(/List\(Value\('string'\)\)/) as string,
      labels: expect.stringMatching(/List\(Value\('bool'\)\)/) as string,
    });
    const losses = ['trl-prompt-completion', 'messages'].map((name) => [
      results[`${name}.jsonl`]?.loss,
      results[`${name}.parquet`]?.loss,
    ]);
    for (const [lines, parquet] of losses) {
      expect(lines).toBeGreaterThan(0);
      expect(parquet).toBeCloseTo(lines ?? Number.NaN, 5);
    }
  });

  it('the scripts of a recipe take a step each, with the masks of the workbench', async () => {
    const { runId, datasetId, questionSetId } = made;
    const recipe = await host.client.exampleFiles.writeRecipe({ runId, datasetId, questionSetId });
    const path = join(recipe.folder, 'recipe.json');
    const settings = JSON.parse(readFileSync(path, 'utf8')) as { sft: object; grpo: object };
    // As a person would for a small machine.
    Object.assign(settings.sft, { batchSize: 2, maxTokens: 256 });
    Object.assign(settings.grpo, { pathsPerQuestion: 2, questionsPerStep: 1, maxNewTokens: 16 });
    writeFileSync(path, JSON.stringify(settings));
    const sft = python(join(recipe.folder, 'sft.py'), '--max-steps', '1');
    expect(sft).toMatch(/6 of 6 examples/);
    expect(existsSync(join(recipe.folder, 'sft-output', 'model.safetensors'))).toBe(true);
    python(join(recipe.folder, 'grpo.py'), '--max-steps', '1');
    expect(existsSync(join(recipe.folder, 'grpo-output', 'model.safetensors'))).toBe(true);
  });
});
