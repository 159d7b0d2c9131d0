/**
 * Compares training, prefill and decoding of tiny models of every family with transformers' float64 numbers:
 * `node scripts/run.mjs scripts/parity/check-architectures.ts FOLDER`, where FOLDER was filled by `make_architectures.py`.
 * Exits with 1 when a logit differs by more than 1e-4, a gradient by more than 5e-5 of its length, or a log-probability by more than 1e-4.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '@core/formats/safetensors';
import { createGenerator } from '@core/generation/generate';
import { listParameters } from '@core/models/decoder/parameters';
import { readModelConfig } from '@core/models/registry';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from '../../src/main/engine/adamw-wasm';
import { OrtExecutor } from '../../src/main/engine/ort-executor';
import { WeightStore } from '../../src/main/engine/weight-store';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Give the folder that make_architectures.py wrote.');

const executor = new OrtExecutor({ threads: 1 });
const rows = [];
for (const name of readdirSync(folder).sort()) rows.push(await check(name, join(folder, name)));
console.table(rows);
const failed = rows.filter(
  ({ logits, gradients, generated }) => !(logits < 1e-4 && gradients < 5e-5 && generated < 1e-4),
);
if (failed.length > 0) process.exitCode = 1;

async function check(name: string, path: string) {
  const tensorsOf = (file: string) => readSafetensors(readFileSync(join(path, file)), file);
  const config = readModelConfig(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')));
  const store = new WeightStore(listParameters(config));
  for (const [tensor, { data }] of tensorsOf('model.safetensors'))
    if (store.has(tensor)) store.get(tensor).data.set(data);
  const expected = tensorsOf('expected.safetensors');
  const { ids: batch }: { ids: number[][] } = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
  const wanted = expected.get('logits')?.data ?? new Float32Array(0);
  const length = batch[0]?.length ?? 0;
  const logitsAt = (row: number, position: number) => {
    const begin = (row * length + position) * config.vocabSize;
    return wanted.subarray(begin, begin + config.vocabSize);
  };

  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode: { kind: 'full' },
    checkpointing: true,
    maxTokensPerMicroBatch: 4096,
  });
  const own = await trainer.forwardLogits(batch);
  const logits = Math.max(
    ...own.map((values, row) =>
      values.reduce(
        (worst, value, i) =>
          Math.max(worst, Math.abs(value - (wanted[row * length * config.vocabSize + i] ?? Number.NaN))),
        0,
      ),
    ),
  );
  const weights = new Float32Array(length).fill(1);
  await trainer.accumulate(
    batch.map((ids) => ({ ids, weights })),
    { kind: 'nll', normaliser: batch.length * (length - 1) },
  );
  const gradients = Math.max(
    ...(await trainer.gradients()).map(({ name: tensor, data }) =>
      distance(data, expected.get(`grad/${tensor}`)?.data),
    ),
  );
  await trainer.dispose();

  const generator = createGenerator({ config, parameters: store, executor, tokenizer: { decode: () => '' } });
  let generated = 0;
  for (const [row, ids] of batch.entries()) {
    await Promise.all(
      Array.from({ length: length - 1 }, async (_, i) => {
        const at = length - 1 - i;
        const probed = await generator.generate({
          prefixIds: ids.slice(0, at),
          maxNewTokens: 0,
          temperature: 0,
          stopIds: [],
          probeIds: [ids[at] ?? 0],
        });
        const error = Math.abs(
          (probed.probeLogProbs?.[0] ?? Number.NaN) - logProb(logitsAt(row, at - 1), ids[at] ?? 0),
        );
        generated = Math.max(generated, error);
      }),
    );
  }
  await generator.dispose();
  return { name, window: config.slidingWindow?.size ?? null, logits, gradients, generated };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number> = []): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (Number(a[i]) - Number(b[i])) ** 2;
    norm += Number(b[i]) ** 2;
  }
  return Math.sqrt(difference / norm);
}

function logProb(logits: Float32Array, id: number): number {
  const top = Math.max(...logits);
  return (logits[id] ?? Number.NaN) - top - Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
