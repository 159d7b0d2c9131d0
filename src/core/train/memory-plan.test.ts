import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../models/model-config';
import { planLearning } from './learning-plan';
import { planMemory } from './memory-plan';
import { estimateTrainingMemory, type TrainingShape } from './training-memory';

const CONFIG: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 128,
  numLayers: 6,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 32,
  intermediateSize: 384,
  vocabSize: 1000,
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

const shape: Omit<TrainingShape, 'checkpointing' | 'maxTokensPerMicroBatch'> = {
  config: CONFIG,
  plan: planLearning(CONFIG, { kind: 'full' }),
  kept: { moments: 'float32', average: false },
  rowTokens: 257,
  packing: false,
  readsBase: false,
  precision: 'fp32',
  loss: 'nll',
};
const at = (checkpointing: boolean, maxTokensPerMicroBatch: number) =>
  estimateTrainingMemory({ ...shape, checkpointing, maxTokensPerMicroBatch }).total;
const auto = { checkpointing: 'auto', microBatchTokens: null } as const;

describe('planMemory', () => {
  it('keeps everything in large passes where there is room', () => {
    expect(planMemory(shape, auto, 1e12)).toMatchObject({
      checkpointing: false,
      maxTokensPerMicroBatch: 1536,
      fits: true,
    });
  });

  it('makes passes smaller before it recomputes, since that costs less', () => {
    const plan = planMemory(shape, auto, at(false, 512));
    expect(plan).toMatchObject({ checkpointing: false, maxTokensPerMicroBatch: 512, fits: true });
  });

  it('recomputes where smaller passes are not enough, in the largest ones that fit', () => {
    const budget = at(true, 384);
    expect(budget).toBeLessThan(at(false, 256));
    expect(planMemory(shape, auto, budget)).toMatchObject({ checkpointing: true, fits: true });
    expect(planMemory(shape, auto, budget).memory.total).toBeLessThanOrEqual(budget);
  });

  it('says that nothing fits and takes the smallest way', () => {
    // A row of 256 positions goes through as a whole.
    expect(planMemory(shape, auto, 1)).toMatchObject({
      checkpointing: true,
      maxTokensPerMicroBatch: 256,
      fits: false,
    });
  });

  it('does as it is told', () => {
    const wishes = { checkpointing: 'on', microBatchTokens: 700 } as const;
    expect(planMemory(shape, wishes, 1)).toMatchObject({ checkpointing: true, maxTokensPerMicroBatch: 700 });
  });
});

describe('estimateTrainingMemory', () => {
  const whole = { ...shape, checkpointing: false, maxTokensPerMicroBatch: 512 };

  it('tells from a few blocks what all of them take', () => {
    const config = { ...CONFIG, numLayers: 12 };
    const twelve = estimateTrainingMemory({ ...whole, config, plan: planLearning(config, { kind: 'full' }) });
    // Freezing a block makes them unlike, so that the whole graph is built; its gradients are all that goes.
    const unlike = estimateTrainingMemory({
      ...whole,
      config,
      plan: planLearning(config, { kind: 'full', frozen: { names: ['model.layers.11.input_layernorm.weight'] } }),
    });
    expect(Math.abs(twelve.activations / unlike.activations - 1)).toBeLessThan(0.001);
    expect(Math.abs(twelve.graphs / unlike.graphs - 1)).toBeLessThan(0.02);
  });

  it('counts what every learning number keeps beside it', () => {
    const floats = estimateTrainingMemory(whole);
    const bytes = estimateTrainingMemory({ ...whole, kept: { moments: 'int8', average: true } });
    expect(floats.learning).toBe(3 * floats.weights);
    // One byte each instead of four for two moments, with scales, and four for the average.
    expect(bytes.learning / floats.weights).toBeCloseTo(2.5, 1);
  });

  it('takes nothing for gradients of what does not learn', () => {
    const frozen = estimateTrainingMemory({
      ...whole,
      plan: planLearning(CONFIG, { kind: 'full', frozen: { blocks: 6 } }),
    });
    expect(frozen.learning).toBeLessThan(estimateTrainingMemory(whole).learning / 4);
  });
});
