import { describe, expect, it } from 'vitest';
import { EMBEDDING, HEAD, listParameters } from '../models/decoder/parameters';
import { traceMemory } from '../graph/peak-memory';
import type { ModelConfig } from '../models/model-config';
import { lowerProgram } from '../ops/lower';
import type { Program } from '../ops/program';
import { evaluateProgram } from '../ops/reference';
import { createRng } from '../random/rng';
import { tensor64, type Tensor64 } from '../tensor/tensor64';
import { accumulatedOf, buildTrainGraph, gradientOf, gradientOfStep, type TrainGraphOptions } from './train-graph';

const config: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 8,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 4,
  intermediateSize: 6,
  vocabSize: 7,
  rmsNormEps: 1e-5,
  ropeTheta: 100,
  ropeScaling: null,
  tieWordEmbeddings: true,
  qkvBias: true,
  qkNorm: true,
  activation: 'silu',
  normOffset: 0,
  scaledEmbeddings: false,
  slidingWindow: null,
  maxPositions: 32,
};
const LENGTH = 8;

function optionsOf(overrides: Partial<TrainGraphOptions> = {}): TrainGraphOptions {
  const own = overrides.config ?? config;
  const plan = { weights: new Set(listParameters(own).map(({ name }) => name)), adapters: new Map(), rows: new Map() };
  return {
    config: own,
    plan,
    loss: 'nll',
    checkpointing: false,
    headChunks: 1,
    segmented: false,
    runs: 1,
    grain: LENGTH,
    ...overrides,
  };
}

/** Random weights and two random rows; the same for every graph of one config. */
function feedsOf(own: ModelConfig): Record<string, Tensor64> {
  const rng = createRng(7);
  const feeds: Record<string, Tensor64> = {};
  for (const { name, dims } of listParameters(own)) {
    feeds[name] = tensor64(dims, () => (dims.length === 1 ? 1 : 0) + 0.5 * rng.normal());
    feeds[accumulatedOf(name)] = tensor64(dims, () => 0);
  }
  const tokens = () => tensor64([2, LENGTH], () => rng.integer(own.vocabSize));
  return {
    ...feeds,
    ids: tokens(),
    targets: tokens(),
    weights: tensor64([2, LENGTH], () => rng.next()),
    inverseNormaliser: tensor64([1], [0.1]),
  };
}

function evaluate(options: TrainGraphOptions, feeds: Record<string, Tensor64>): Record<string, Tensor64> {
  return evaluateProgram(buildTrainGraph(options), feeds);
}

function expectEqual(actual: Record<string, Tensor64>, expected: Record<string, Tensor64>): void {
  // What is on the way to a gradient differs with the cuts.
  const namesOf = (results: object) => Object.keys(results).filter((name) => gradientOfStep(name) === null);
  expect(namesOf(actual).sort()).toEqual(namesOf(expected).sort());
  for (const name of namesOf(expected)) {
    const { data } = expected[name]!;
    data.forEach((value, index) =>
      expect(Math.abs((actual[name]?.data[index] ?? Number.NaN) - value)).toBeLessThan(1e-11),
    );
  }
}

describe('the training graph in float64', () => {
  it.each([true, false])('has the gradient of its difference quotients, tied embeddings: %s', (tieWordEmbeddings) => {
    const own = { ...config, tieWordEmbeddings };
    const feeds = feedsOf(own);
    const options = optionsOf({ config: own, checkpointing: true, headChunks: 4, runs: 4 });
    const program = buildTrainGraph(options);
    const results = evaluateProgram(program, feeds);
    for (const { name } of listParameters(own)) {
      const values = feeds[name]?.data ?? new Float64Array(1);
      const index = values.length >> 1;
      const lossAt = (value: number) => {
        const data = values.slice();
        data[index] = value;
        return (
          evaluateProgram(program, { ...feeds, [name]: { dims: feeds[name]?.dims ?? [], data } })['loss']?.data[0] ??
          Number.NaN
        );
      };
      const at = values[index] ?? 0;
      const quotient = (lossAt(at + 1e-5) - lossAt(at - 1e-5)) / 2e-5;
      expect(Math.abs((results[gradientOf(name)]?.data[index] ?? Number.NaN) - quotient)).toBeLessThan(
        1e-7 * Math.max(1, Math.abs(quotient)),
      );
    }
  });

  it.each([
    { runs: 2 },
    { runs: 4 },
    { headChunks: 4 },
    { checkpointing: true },
    { checkpointing: true, headChunks: 2, runs: 4 },
  ])('gives the same numbers however it is cut: %o', (overrides) => {
    const feeds = feedsOf(config);
    expectEqual(evaluate(optionsOf(overrides), feeds), evaluate(optionsOf(), feeds));
  });

  it.each([1, 4])('keeps packed sequences apart, %i runs', (runs) => {
    const feeds = feedsOf(config);
    // Row 1's second half alone: positions turn by 4, which relative rotary positions do not notice.
    const half = (tensor: Tensor64 | undefined) =>
      tensor64([2, LENGTH], (index) =>
        index < LENGTH ? (tensor?.data[index] ?? 0) : (tensor?.data[LENGTH + ((index + 4) % LENGTH)] ?? 0),
      );
    const weights = tensor64([2, LENGTH], (index) => (index >= LENGTH + 4 ? 1 : 0));
    const moved = tensor64([2, LENGTH], (index) => (index >= LENGTH && index < LENGTH + 4 ? 1 : 0));
    const segments = tensor64([2, LENGTH], (index) => (index % LENGTH >= 4 ? 1 : 0));
    const packed = evaluate(optionsOf({ segmented: true, runs }), { ...feeds, weights, segments });
    const alone = evaluate(optionsOf({ runs: 1 }), {
      ...feeds,
      ids: half(feeds['ids']),
      targets: half(feeds['targets']),
      weights: moved,
    });
    for (const { name } of listParameters(config)) {
      packed[gradientOf(name)]?.data.forEach((value, index) =>
        expect(Math.abs(value - (alone[gradientOf(name)]?.data[index] ?? Number.NaN))).toBeLessThan(1e-10),
      );
    }
  });

  it('adds to the gradient so far', () => {
    const feeds = feedsOf(config);
    const once = evaluate(optionsOf(), feeds);
    const name = 'model.norm.weight';
    const twice = evaluate(optionsOf(), {
      ...feeds,
      [accumulatedOf(name)]: once[gradientOf(name)] ?? tensor64([], [0]),
    });
    twice[gradientOf(name)]?.data.forEach((value, index) =>
      expect(value).toBeCloseTo(2 * (once[gradientOf(name)]?.data[index] ?? Number.NaN), 12),
    );
  });
});

describe('the training graph as ONNX', () => {
  const countFences = (program: Program) => program.steps.filter(({ op }) => op.name === 'fence').length;

  it('has no dead products: none for frozen weights, none for the input of the first block', () => {
    const products = (plan: TrainGraphOptions['plan']) =>
      lowerProgram(buildTrainGraph(optionsOf({ plan }))).nodes.filter((node) => node.opType === 'Gemm').length;
    const all = products(optionsOf().plan);
    const headless = products({ weights: new Set(['model.norm.weight']), adapters: new Map(), rows: new Map() });
    // Forward: 7 per block and the logits. Backward of the last norm alone: p·W.
    expect(headless).toBe(2 * 7 + 1 + 1);
    // Forward 15, backward two for each linear layer and for the head, and one for the rows of the embedding.
    expect(all).toBe(15 + 2 * 14 + 2 + 1);
  });

  it.each([false, true])(
    'goes no further back than the lowest tensor that learns, checkpointing %s',
    (checkpointing) => {
      const weights = new Set(optionsOf().plan.weights);
      for (const name of weights) if (/embed|layers\.0\./.test(name)) weights.delete(name);
      const program = buildTrainGraph(
        optionsOf({ plan: { weights, adapters: new Map(), rows: new Map() }, checkpointing }),
      );
      const products = lowerProgram(program).nodes.filter((node) => node.opType === 'Gemm').length;
      // Forward 15 and p·W; weight and input of the upper block's 7 layers; its first 6 layers once more when it is recomputed.
      expect(products).toBe(15 + 1 + 2 * 7 + (checkpointing ? 6 : 0));
    },
  );

  it('fences every block, and the copies of a recomputed block', () => {
    const plain = countFences(buildTrainGraph(optionsOf()));
    const recomputed = countFences(buildTrainGraph(optionsOf({ checkpointing: true })));
    expect(plain).toBe(config.numLayers + 1);
    expect(recomputed).toBe(2 * config.numLayers + 1);
  });

  it.each([true, false])("holds no second matrix of the head's size, tied %s", (tieWordEmbeddings) => {
    // Too large a vocabulary for products with one-hot rows.
    const large = { ...config, vocabSize: 2001, tieWordEmbeddings };
    const program = buildTrainGraph(optionsOf({ config: large, headChunks: 4 }));
    const steps = program.outputs.map(({ name }) => gradientOfStep(name)).filter((name) => name !== null);
    expect(new Set(steps)).toEqual(new Set([gradientOf(tieWordEmbeddings ? EMBEDDING : HEAD)]));
    const taken = traceMemory(lowerProgram(program), { B: 1, U: 1 }).flatMap((event) =>
      'take' in event ? [event.take] : [],
    );
    expect(taken.length).toBeGreaterThan(0);
    expect(taken).not.toContain(4 * large.vocabSize * large.hiddenSize);
  });

  it('lists an untied head as a tensor of its own', () => {
    const untied = { ...config, tieWordEmbeddings: false };
    const names = buildTrainGraph(optionsOf({ config: untied })).outputs.map(({ name }) => name);
    expect(names).toContain(gradientOf(HEAD));
  });
});
