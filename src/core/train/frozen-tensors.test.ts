import { describe, expect, it } from 'vitest';
import { EMBEDDING, FINAL_NORM, HEAD, listParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import { createRng } from '../random/rng';
import { listFrozen } from './frozen-tensors';
import { planLearning } from './learning-plan';
import { SftConfigSchema } from './sft-config';
import { listLearning } from './train-graph';
import { embeddingLearningOf, loraTargetsOf, trainingModeOf } from './training-mode';

const CONFIG: ModelConfig = {
  architecture: 'qwen3',
  hiddenSize: 8,
  numLayers: 3,
  numHeads: 2,
  numKvHeads: 1,
  headDim: 4,
  intermediateSize: 12,
  vocabSize: 10,
  rmsNormEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: null,
  tieWordEmbeddings: false,
  qkvBias: false,
  qkNorm: true,
  activation: 'silu',
  normOffset: 0,
  scaledEmbeddings: false,
  slidingWindow: null,
  maxPositions: 64,
};
const learningOf = (settings: object, config = CONFIG) =>
  listLearning(
    config,
    planLearning(config, trainingModeOf(SftConfigSchema.parse(settings), config, [8, 9], createRng(1))),
  ).map(({ name }) => name);

describe('listFrozen', () => {
  it('takes the first blocks, both ends, every norm, and names with stars', () => {
    const frozen = [...listFrozen(CONFIG, { blocks: 1, embeddings: true, names: ['model.layers.2.mlp.*'] })];
    expect(frozen.filter((name) => name.startsWith('model.layers.0.'))).toHaveLength(11);
    expect(frozen.filter((name) => name.startsWith('model.layers.2.'))).toEqual([
      'model.layers.2.mlp.gate_proj.weight',
      'model.layers.2.mlp.up_proj.weight',
      'model.layers.2.mlp.down_proj.weight',
    ]);
    expect(frozen).toContain(EMBEDDING);
    expect(frozen).toContain(HEAD);
    expect(frozen).toHaveLength(11 + 3 + 2);
    // Two norms and two head norms a block, and the last one.
    expect(listFrozen(CONFIG, { norms: true }).size).toBe(4 * 3 + 1);
  });

  it('takes a dot for a dot and nothing for a part of a name', () => {
    expect(() => listFrozen(CONFIG, { names: ['model.layers'] })).toThrow(
      'No tensor of the model is named "model.layers"',
    );
    expect(() => listFrozen(CONFIG, { names: ['modelxnorm.weight'] })).toThrow('is named');
    expect([...listFrozen(CONFIG, { names: [FINAL_NORM] })]).toEqual([FINAL_NORM]);
  });

  it('refuses more blocks than there are', () => {
    expect(() => listFrozen(CONFIG, { blocks: 4 })).toThrow('the model has 3');
  });
});

describe('what learns under settings', () => {
  it('is everything by default', () => {
    expect(learningOf({})).toEqual(listParameters(CONFIG).map(({ name }) => name));
  });

  it('is the new rows at both ends, and nothing else, for the method rows', () => {
    expect(learningOf({ method: 'rows' })).toEqual([`${EMBEDDING}#rows`, `${HEAD}#rows`]);
    expect(learningOf({ method: 'rows', embeddings: 'frozen' })).toHaveLength(2);
    expect(learningOf({ method: 'rows' }, { ...CONFIG, tieWordEmbeddings: true })).toEqual([`${EMBEDDING}#rows`]);
  });

  it('keeps the new rows of frozen embeddings learning unless told otherwise', () => {
    const names = learningOf({ embeddings: 'new-rows', frozenBlocks: 2, frozenNorms: true });
    expect(names.filter((name) => name.includes('#rows'))).toHaveLength(2);
    expect(names.filter((name) => !name.includes('#rows'))).toHaveLength(7);
    expect(learningOf({ embeddings: 'frozen', frozenBlocks: 3 })).toEqual([FINAL_NORM]);
  });

  it('is whole embeddings, rows or neither beside LoRA', () => {
    const ends = (embeddings: string) =>
      learningOf({ method: 'lora', embeddings }).filter((name) => !/#[AB]$/.test(name));
    expect(ends('usual')).toEqual([`${EMBEDDING}#rows`, `${HEAD}#rows`]);
    expect(ends('whole')).toEqual([EMBEDDING, HEAD]);
    expect(ends('frozen')).toEqual([]);
    expect(embeddingLearningOf({ method: 'full', embeddings: 'usual' })).toBe('whole');
  });

  it('is LoRA on the chosen layers', () => {
    const targets = (settings: object) => loraTargetsOf(SftConfigSchema.parse(settings));
    expect(targets({ loraTargets: 'attention' })).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj']);
    expect(targets({ loraTargets: 'custom', loraLayers: 'up_proj ,q_proj' })).toEqual(['q_proj', 'up_proj']);
    expect(SftConfigSchema.safeParse({ loraLayers: 'lm_head' }).success).toBe(false);
    expect(learningOf({ method: 'lora', loraTargets: 'mlp', embeddings: 'frozen' })).toHaveLength(3 * 3 * 2);
  });

  it('refuses to train nothing', () => {
    expect(() => learningOf({ frozenNames: '*', embeddings: 'frozen' })).toThrow('nothing would learn');
  });
});
