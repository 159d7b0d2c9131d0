/**
 * The subject of `model-memory.slow.test.ts`: writes a model folder and loads it again into the same memory, as F32 and as BF16, and prints by how
 * much the largest resident size of this process grew beside the weights themselves.
 * `write-and-load.ts FOLDER LAYERS`
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeModelConfig } from '@core/export/hf-config';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import { byteTokenizerFiles } from '@core/tokenizer/testing/byte-tokenizer';
import { openModel } from '../files/open-model';
import { writeModelFolder } from '../files/write-model-folder';
import { WeightStore } from '../weight-store';
import { TINY_CONFIG } from './tiny-model';

const peak = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;

/** Weights that are there, so that what comes later is what writing and reading take. */
function makeWeights(config: ModelConfig): WeightStore {
  const weights = new WeightStore(listParameters(config));
  for (const name of weights.names) weights.get(name).data.fill(0.5);
  return weights;
}

async function cycle(folder: string, config: ModelConfig, weights: WeightStore): Promise<void> {
  const model = {
    config,
    rawConfig: describeModelConfig(config),
    tokenizer: loadTokenizer(byteTokenizerFiles()),
    weights,
  };
  for (const dtype of ['F32', 'BF16'] as const) {
    await writeModelFolder(join(folder, dtype), { ...model, dtype }, { replace: true });
    const source = await openModel(join(folder, dtype));
    await source.loadInto((name) => weights.get(name).data);
  }
}

const [folder = '', layers = '1'] = process.argv.slice(2);
const small = { ...TINY_CONFIG, vocabSize: 300 };
// Once with little, so that code and buffers are there.
await cycle(folder, small, makeWeights(small));
const config = {
  ...small,
  hiddenSize: 1024,
  numHeads: 8,
  numKvHeads: 8,
  headDim: 128,
  intermediateSize: 4096,
  numLayers: Number(layers),
};
const weights = makeWeights(config);
const bytes = weights.names.reduce((sum, name) => sum + weights.get(name).data.byteLength, 0);
const before = peak();
await cycle(folder, config, weights);
process.stdout.write(JSON.stringify({ bytes, grown: peak() - before }));
