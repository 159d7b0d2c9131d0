import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeModelConfig } from '@core/export/hf-config';
import { EMBEDDING, HEAD, listParameters } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import { sizeOf } from '@core/tensor/dims';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import { byteTokenizerFiles } from '@core/tokenizer/testing/byte-tokenizer';
import { planSurgery, rowSources, writeNewRows } from '@core/tokens/surgery';
import { openModel } from '../files/open-model';
import { TINY_CONFIG } from '../files/testing/tiny-model';
import { writeModelFolder } from '../files/write-model-folder';
import { WeightStore } from '../weight-store';

/** Largest resident size of this process so far, MB. */
const peakMb = () => process.resourceUsage().maxRSS / 1024;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vocabulary-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ['tied, into spare rows', { tieWordEmbeddings: true, vocabSize: 40_000 }],
  ['untied, into new rows', { tieWordEmbeddings: false, vocabSize: 263 }],
])('grows with one copy of the weights in memory and streams it to disk: %s', async (_, change) => {
  const large = { hiddenSize: 1024, numLayers: 3, numHeads: 16, numKvHeads: 16, headDim: 64, intermediateSize: 4096 };
  const shape = { ...TINY_CONFIG, ...large, ...change };
  // Every tensor of the file reads the same numbers, so that writing it takes no memory.
  const values = new Float32Array(shape.hiddenSize * Math.max(shape.vocabSize, shape.intermediateSize)).map(
    (_value, index) => ((index % 97) - 48) / 1000,
  );
  const weights = new Map(
    listParameters(shape).map(({ name, dims }) => [name, { name, dims, data: values.subarray(0, sizeOf(dims)) }]),
  );
  const get = (name: string) => weights.get(name) ?? { name, dims: [0], data: new Float32Array(0) };
  const path = join(folder, 'base');
  await writeModelFolder(path, {
    config: shape,
    rawConfig: describeModelConfig(shape),
    tokenizer: loadTokenizer(byteTokenizerFiles()),
    weights: { get },
  });

  const opened = await openModel(path);
  const plan = planSurgery(opened, rowSources('spelling'));
  const megabytes = (4 * listParameters(plan.config).reduce((sum, { dims }) => sum + sizeOf(dims), 0)) / 2 ** 20;
  const before = peakMb();
  const store = new WeightStore(listParameters(plan.config));
  await opened.loadInto((name, dims) => store.get(name).data.subarray(0, sizeOf(dims)));
  writeNewRows(plan, store, { rng: createRng(1), relativeNoise: 0 });
  await writeModelFolder(join(folder, 'grown'), {
    ...opened,
    config: plan.config,
    tokenizer: plan.tokenizer,
    weights: store,
  });
  expect(megabytes).toBeGreaterThan(150);
  expect(peakMb() - before).toBeLessThan(1.25 * megabytes);

  const grown = await openModel(join(folder, 'grown'));
  expect(grown.config.vocabSize).toBe(Math.max(shape.vocabSize, 279));
  const ends = shape.tieWordEmbeddings ? [EMBEDDING] : [EMBEDDING, HEAD];
  for (const end of ends) {
    const { data } = store.get(end);
    // The rows of the 263 old tokens are as they were.
    expect(data.subarray(0, 263 * 1024)).toEqual(values.subarray(0, 263 * 1024));
    expect(data.subarray(263 * 1024, 279 * 1024)).not.toEqual(values.subarray(263 * 1024, 279 * 1024));
  }
});
