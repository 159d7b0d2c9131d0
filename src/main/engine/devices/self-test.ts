import type { SelfTest } from '@contracts/devices';
import { createGenerator } from '@core/generation/generate';
import { DeviceWeights } from '@core/models/device-weights';
import { listParameters } from '@core/models/decoder/parameters';
import { readModelConfig } from '@core/models/registry';
import type { GraphExecutor } from '@core/ports';
import { createRng } from '@core/random/rng';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from '../adamw-wasm';
import { WeightStore } from '../weight-store';

/** Small, yet with everything that makes a device differ: grouped queries, heads of 16, a vocabulary beyond one-hot products. */
const CONFIG = readModelConfig({
  model_type: 'llama',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 128,
  vocab_size: 1100,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
});

/**
 * How far a device may be from the processor. In float32 the software driver differs by about 1e-6 everywhere; a card may add up in another order,
 * which costs ten times that. Beyond these bounds something is computed wrong, or in half precision.
 */
const BOUNDS = { loss: 1e-4, gradient: 1e-3, logProb: 1e-3 } as const;

const ROWS = [40, 23];
const NEW_TOKENS = 8;

interface Findings {
  readonly losses: readonly number[];
  readonly gradients: readonly Float32Array[];
  readonly logProbs: Float32Array;
}

/** Trains a step and generates some tokens on both; the same seed gives the same model. */
export async function testDevice(device: GraphExecutor, processor: GraphExecutor): Promise<SelfTest> {
  const [own, reference] = [await exercise(device), await exercise(processor)];
  const differences = {
    loss: largest(own.losses, reference.losses),
    gradient: Math.max(...own.gradients.map((gradient, i) => relative(gradient, reference.gradients[i] ?? []))),
    logProb: largest(own.logProbs, reference.logProbs),
  };
  const worst = (['loss', 'gradient', 'logProb'] as const).find((what) => !(differences[what] <= BOUNDS[what]));
  const figures = `loss ${show(differences.loss)}, gradients ${show(differences.gradient)}, log-probabilities ${show(differences.logProb)}`;
  return worst === undefined
    ? { hasPassed: true, reason: `Agrees with the processor: largest differences ${figures}.`, differences }
    : {
        hasPassed: false,
        reason: `Differs from the processor: ${figures}; at most ${BOUNDS.loss}, ${BOUNDS.gradient} and ${BOUNDS.logProb} is allowed.`,
        differences,
      };
}

async function exercise(executor: GraphExecutor): Promise<Findings> {
  const store = new WeightStore(listParameters(CONFIG));
  const rng = createRng(4711);
  for (const { name, dims, data } of store.names.map((each) => store.get(each))) {
    const stream = rng.fork(name);
    for (let index = 0; index < data.length; index++) data[index] = dims.length === 1 ? 1 : 0.1 * stream.normal();
  }
  const deviceWeights = executor.device ? new DeviceWeights(executor.device, store) : null;
  const shared = { config: CONFIG, parameters: store, executor, ...(deviceWeights && { deviceWeights }) };
  const trainer = await createTrainer({
    ...shared,
    kernel: createWasmAdamW(),
    mode: { kind: 'full' },
    maxTokensPerMicroBatch: 128,
  });
  const rows = ROWS.map((length) => ({
    ids: Int32Array.from({ length }, () => rng.integer(CONFIG.vocabSize)),
    weights: new Float32Array(length).fill(1),
  }));
  const loss = { kind: 'nll', normaliser: ROWS.reduce((sum, length) => sum + length - 1, 0) } as const;
  const first = await trainer.accumulate(rows, loss);
  const gradients = (await trainer.gradients()).map(({ data }) => data);
  await trainer.step({
    learningRate: 1e-3,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0.1,
    decay: 'all',
    clipNorm: 1,
  });
  const second = await trainer.accumulate(rows, loss);
  // One text at a time and forced by the first device to ask: both score the same tokens.
  const generator = createGenerator({ ...shared, tokenizer: { decode: () => '' }, maxBatch: 2 });
  const probeIds = Array.from({ length: NEW_TOKENS }, (_, i) => (i * 131) % CONFIG.vocabSize);
  const probes: number[] = [];
  for (let length = 4; length < 4 + NEW_TOKENS; length++) {
    const { probeLogProbs } = await generator.generate({
      prefixIds: rows[0]?.ids.subarray(0, length) ?? [],
      maxNewTokens: 0,
      temperature: 0,
      stopIds: [],
      probeIds,
    });
    probes.push(...(probeLogProbs ?? [Number.NaN]));
  }
  await generator.dispose();
  await trainer.dispose();
  deviceWeights?.dispose();
  return { losses: [first.loss, second.loss], gradients, logProbs: Float32Array.from(probes) };
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))).reduce(
    // NaN must win over every number.
    (most, each) => (each <= most ? most : each),
    0,
  );
}

/** ‖a − b‖ / ‖b‖. */
function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (Number(a[i]) - (b[i] ?? Number.NaN)) ** 2;
    norm += (b[i] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(difference / norm);
}

function show(value: number): string {
  return value.toExponential(1);
}
