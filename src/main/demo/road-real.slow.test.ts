import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { DATA, MODELS, hasData, hasFixtures, readRows } from '@core/testing/fixtures';
import { openLanguageModel } from '../engine/language-model';
import { OrtExecutor } from '../engine/ort-executor';
import { composeHost, type Host } from '../host/compose';
import { forkEngine } from '../host/jobs/engine-child';
import { makeTestFolder } from '../host/testing/test-host';

/**
 * The whole road on a real model of 135 million weights: import, tokens, search, examples, LoRA, RL, evaluation, export. So small a model hardly solves
 * a story step by step, whatever the lots; so it searches questions that it can answer, and is evaluated on GSM8K.
 */
const SEARCHED = [
  { question: 'What is 1 + 1?', answer: '2' },
  { question: 'What is 2 + 2?', answer: '4' },
  { question: 'What is 5 + 5?', answer: '10' },
];
const EVALUATED = 20;

const folder = makeTestFolder();
const bundleFolder = resolve('.tools', 'run', `real-road-test-${process.pid}`);
let host: Host;
let projectId: ProjectId;
let train: QuestionSetId;
let test: QuestionSetId;

describe.skipIf(!hasFixtures || !hasData)('the road on SmolLM2-135M', () => {
  beforeAll(async () => {
    const { bundleEntries } = (await import('../../../scripts/ground/bundle.mjs' as string)) as {
      bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
    };
    const built = await bundleEntries({ engine: 'src/main/engine/engine.process.ts' }, bundleFolder);
    host = composeHost({
      dataFolder: join(folder.path, 'data'),
      resourcesFolder: resolve('resources'),
      shell: 'none',
      spawnEngine: forkEngine(built['engine'] ?? ''),
    });
    projectId = (await client().projects.create({ name: 'Real', withEmbedded: false })).id;
    const rows = readRows<unknown>(DATA, 'gsm8k/train.jsonl');
    train = await importRows('train', SEARCHED);
    test = await importRows('test', rows.slice(1000, 1000 + EVALUATED));
  }, 120_000);

  afterAll(async () => {
    await host.close(0);
    folder.remove();
    rmSync(bundleFolder, { recursive: true, force: true });
  }, 60_000);

  it('goes from a GGUF file to an exported folder with the same logits', async () => {
    const path = join(MODELS, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf');
    const imported = await run({ kind: 'import', path, name: 'SmolLM2' });
    const tokens = await run({ kind: 'tokens', checkpointId: lastCheckpoint(imported), config: {} });
    const grown = lastCheckpoint(tokens);
    expect(tokens.result['newTokens']).toBe(16);
    expect(Math.abs(Number(tokens.result['textLossAfter']) - Number(tokens.result['textLossBefore']))).toBeLessThan(
      0.01,
    );
    expect(Number(tokens.result['smallestProbability'])).toBeGreaterThan(0);

    const search = {
      numSimulations: 32,
      concurrentWalks: 8,
      concurrentTrees: SEARCHED.length,
      maxDepth: 4,
      maxStepTokens: 64,
      maxAnswerTokens: 96,
    };
    const searched = await run({
      kind: 'search',
      checkpointId: grown,
      questionSetId: train,
      config: { ...search, avoidDirectAnswer: false },
    });
    expect(searched.outputs.treeCount).toBe(SEARCHED.length);
    expect(searched.result['solved']).toBeGreaterThan(0);

    const made = await run({
      kind: 'examples',
      checkpointId: grown,
      searchRunId: searched.id,
      config: { verifyMaxTokens: 64, verifyTries: 1, maxTokens: 512 },
    });
    const { datasetId } = made.outputs;
    if (!datasetId) throw new Error('No data set.');

    const small = { method: 'lora', loraRank: 8, microBatchTokens: 512 } as const;
    const tuned = await run({
      kind: 'sft',
      checkpointId: grown,
      datasetId,
      config: { ...small, learningRate: 2e-4, maxUpdates: 3, batchSize: 2, maxTokens: 512, validationShare: 0 },
    });
    const exploring = {
      iterations: 2,
      questionsPerIteration: 2,
      pathsPerQuestion: 3,
      pathsPerUpdate: 6,
      maxNewTokens: 96,
      maxStepTokens: 32,
      maxDepth: 4,
      evaluateQuestions: 2,
      skipSettled: false,
    };
    const explored = await run({
      kind: 'rl',
      checkpointId: lastCheckpoint(tuned),
      questionSetId: train,
      config: { ...small, ...exploring },
    });
    expect(explored.result['updates']).toBe(2);

    const evaluated = await run({
      kind: 'evaluate',
      checkpointId: lastCheckpoint(explored),
      questionSetId: test,
      config: { maxNewTokens: 64 },
    });
    expect(evaluated.result['questions']).toBe(EVALUATED);

    const exported = await run({ kind: 'export', checkpointId: lastCheckpoint(explored), config: {} });
    const exportFolder = exported.outputs.artefacts.find(({ kind }) => kind === 'model-folder')?.path ?? '';
    const checkpoint = await client().models.get({ id: lastCheckpoint(explored) });
    expect(await logitsOf(exportFolder)).toEqual(await logitsOf(checkpoint.path));
    await reportFigures([imported, tokens, searched, made, tuned, explored, evaluated, exported]);
  });
});

function client() {
  return createRouterClient(host.router);
}

async function importRows(role: 'train' | 'test', rows: readonly unknown[]): Promise<QuestionSetId> {
  const path = join(folder.path, `${role}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  const mapping = { id: null, prompt: 'question', answer: 'answer' };
  const { set, rejectedCount } = await client().questions.import({
    projectId,
    path,
    mapping,
    name: role,
    role,
    dryRun: false,
  });
  expect(rejectedCount).toBe(0);
  if (!set) throw new Error('No question set.');
  return set.id;
}

async function run(spec: JobSpecInput): Promise<Run> {
  const { id } = await client().runs.start({ projectId, spec: JobSpec.parse(spec) });
  await host.services.jobs.whenIdle();
  const settled = await client().runs.get({ id });
  expect(settled.error).toBeNull();
  expect(settled.status).toBe('finished');
  return settled;
}

function lastCheckpoint({ outputs }: Run): CheckpointId {
  const id = outputs.checkpointIds.at(-1);
  if (!id) throw new Error('The run wrote no checkpoint.');
  return id;
}

/** Logits of a short text with functional tokens in it, as plain numbers. */
async function logitsOf(path: string): Promise<Float32Array> {
  const model = await openLanguageModel(path, { executor: new OrtExecutor() });
  const trainer = await model.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: 64 });
  const ids = model.tokenizer.encode('<next_step>\n2 + 2 = 4\n</next_step>\n<output>', { specials: 'recognise' });
  const [logits] = await trainer.forwardLogits([ids]);
  await trainer.dispose();
  if (!logits) throw new Error('No logits.');
  return logits;
}

/** Seconds and figures of each stage, for docs/experiments.md. */
async function reportFigures(runs: readonly Run[]): Promise<void> {
  for (const { kind, activeSeconds, result, progress } of runs) {
    const memory = progress?.memoryBytes ? `${(progress.memoryBytes / 1e9).toFixed(2)} GB` : '';
    process.stdout.write(`${kind.padEnd(9)} ${activeSeconds.toFixed(1)} s  ${memory}  ${JSON.stringify(result)}\n`);
  }
}
