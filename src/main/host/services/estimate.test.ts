import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobSpec } from '@contracts/jobs';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';
import type { ModelConfig } from '@core/models/model-config';
import { estimateRun } from './estimate';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
let freeMemoryBytes: number;
beforeEach(() => {
  folder = makeTestFolder();
  freeMemoryBytes = 8e9;
  const machine = {
    processorName: 'test',
    cores: 2,
    physicalCores: 2,
    totalMemoryBytes: 16e9,
    freeMemoryBytes: () => freeMemoryBytes,
    freeDiskBytes: () => 1e9,
  };
  host = new TestHost(folder.path, { machine });
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

/** Makes the checkpoint a model of that many parameters. */
function resize(parameterCount: number): void {
  host.services.db.prepare('UPDATE checkpoints SET parameter_count = ?').run(parameterCount);
}

it('reckons from the size where nothing was measured, and says so', async () => {
  const made = host.makeProject();
  resize(135e6);
  const estimate = await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) });
  expect(estimate.basis).toContain('Reckoned');
  // 3 questions × 16 simulations × 3 × 256 · 0.3 tokens = 11,059 tokens of 270 MFLOP: 60 s at 50 GFLOP/s, 500 s at 6.
  expect(estimate.seconds.low).toBeCloseTo(1.5 + 11_059 * (3e-4 + 270e6 / 50e9), 0);
  expect(estimate.seconds.high).toBeCloseTo(8 + 11_059 * (3e-3 + 270e6 / 6e9), 0);
  expect(estimate.memoryBytes.low).toBeGreaterThan(135e6 * 4);
  expect(estimate.warnings).toEqual([]);
});

it('goes by the rate of earlier runs, scaled to the work', async () => {
  const made = host.makeProject();
  const first = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  host.nowMs += 101_500;
  engine.finish();
  await host.services.jobs.whenIdle();
  expect((await host.client.runs.get({ id: first.id })).activeSeconds).toBe(101.5);
  const twice = JobSpec.parse({ ...searchSpec(made), config: { numSimulations: 32 } });
  const estimate = await estimateRun(host.services, made.projectId, twice);
  expect(estimate.basis).toBe('Measured on the last run of this kind on this machine.');
  // 100 s without the start, for twice the simulations, give or take a factor of 1.8.
  expect(estimate.seconds.low).toBeCloseTo(1.5 + 200 / 1.8, 6);
  expect(estimate.seconds.high).toBeCloseTo(8 + 200 * 1.8, 6);
});

it('does not take the rate of a server for that of this machine, nor the other way round', async () => {
  const made = host.makeProject();
  const server = { name: 'Far', url: 'http://far/v1', model: 'm', keySource: 'none', keyName: '', id: null } as const;
  const limits = { maxInFlight: 8, requestsPerMinute: null, tokensPerMinute: null, timeoutSeconds: 5, maxTries: 2 };
  const prices = { budgetTokens: null, pricePromptPerMillion: 0, priceNewPerMillion: 0, budgetMoney: null };
  await host.client.servers.save({ server: { ...server, ...limits, ...prices }, key: null });
  const here = searchSpec(made);
  const far = JobSpec.parse({ ...here, config: { server: 'Far' } });
  await host.client.runs.start({ projectId: made.projectId, spec: far });
  const engine = await host.engine();
  host.nowMs += 60_000;
  engine.finish();
  await host.services.jobs.whenIdle();
  expect((await estimateRun(host.services, made.projectId, here)).basis).toContain('Reckoned');
  expect((await estimateRun(host.services, made.projectId, far)).basis).toContain('Measured');
});

it('warns of memory, disk and a long time, and never blocks', async () => {
  const made = host.makeProject();
  resize(7e9);
  freeMemoryBytes = 4e9;
  const spec = JobSpec.parse({
    kind: 'rl',
    checkpointId: made.checkpointId,
    questionSetId: made.questionSetId,
    config: {},
  });
  const { warnings } = await estimateRun(host.services, made.projectId, spec);
  expect(warnings).toHaveLength(3);
  expect(warnings[0]).toContain('LoRA');
});

it('says why a job cannot start at all', async () => {
  const made = host.makeProject();
  host.services.db.prepare('UPDATE checkpoints SET has_functional_tokens = 0').run();
  const spec = JobSpec.parse({
    kind: 'rl',
    checkpointId: made.checkpointId,
    questionSetId: made.questionSetId,
    config: {},
  });
  await expect(estimateRun(host.services, made.projectId, spec)).rejects.toMatchObject({
    code: 'functional-tokens-missing',
  });
});

/** A model of 14 million numbers. */
const MODEL: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 256,
  numLayers: 8,
  numHeads: 4,
  numKvHeads: 4,
  headDim: 64,
  intermediateSize: 768,
  vocabSize: 30_000,
  rmsNormEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: null,
  tieWordEmbeddings: true,
  qkvBias: false,
  qkNorm: false,
  activation: 'silu',
  normOffset: 0,
  scaledEmbeddings: false,
  slidingWindow: null,
  maxPositions: 2048,
};

describe('memory from the shapes of a model', () => {
  const estimate = (config: object) => {
    const made = host.makeProject();
    const spec = JobSpec.parse({
      kind: 'rl',
      checkpointId: made.checkpointId,
      questionSetId: made.questionSetId,
      config: { klCoefficient: 0, questionsPerIteration: 2, pathsPerQuestion: 2, maxNewTokens: 256, ...config },
    });
    const models = { ...host.services.models, config: () => Promise.resolve(MODEL) };
    return estimateRun({ ...host.services, models }, made.projectId, spec);
  };

  it('says how steps would be carried out, and proposes nothing where the job fits', async () => {
    const { memoryBytes, steps, proposals } = await estimate({});
    // Weights, gradients and two moments are four times the numbers.
    expect(memoryBytes.low).toBeGreaterThan(14e6 * 16);
    expect(memoryBytes.high / memoryBytes.low).toBeCloseTo(1.1 / 0.9, 6);
    expect(steps).toContain('kept');
    expect(proposals).toEqual([]);
  });

  it('proposes settings that would fit where the job would not, and warns without blocking', async () => {
    freeMemoryBytes = 1.4e9;
    const { steps, proposals, warnings } = await estimate({ microBatchTokens: 8192, checkpointing: 'off' });
    expect(steps).toContain('8192');
    expect(warnings.length).toBeGreaterThan(0);
    expect(proposals[0]).toMatchObject({ changes: { checkpointing: 'auto', microBatchTokens: null } });
    const { proposals: none, memoryBytes } = await estimate(proposals[0]?.changes ?? {});
    expect(none).toEqual([]);
    expect(memoryBytes.high / 1.1).toBeLessThanOrEqual(0.8 * 1.4e9);
  });

  it('proposes to train less where no way of training all of it fits', async () => {
    freeMemoryBytes = 1;
    const least = async (config: object) => (await estimate(config)).memoryBytes.high / 1.1;
    const [all, some] = [await least({}), await least({ method: 'lora' })];
    freeMemoryBytes = (0.5 * (all + some)) / 0.8;
    const { proposals } = await estimate({});
    expect(proposals.length).toBeGreaterThan(0);
    for (const { memoryBytes } of proposals) expect(memoryBytes).toBeLessThanOrEqual(0.8 * freeMemoryBytes);
  });
});
