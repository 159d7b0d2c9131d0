/**
 * Writes numbers of every size as F32, F16 and BF16, whole and in shards, for `check_safetensors.py` to read with the Python package:
 * `node scripts/run.mjs scripts/parity/write-safetensors.ts FOLDER`.
 */
import { resolve } from 'node:path';
import { createRng } from '@core/random/rng';
import { writeFolderAtomically } from '../../src/main/engine/files/atomic-folder';
import { writeWeights } from '../../src/main/engine/files/write-weights';

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('Give the folder to write to.');

const rng = createRng('parity');
/** Any bits that are a finite number small enough for float16, subnormal ones among them, and ties between two halves. */
const values = Float32Array.from({ length: 1 << 16 }, (_, i) => {
  const size = 2 ** (rng.next() * 60 - 45);
  const value = Math.min(65_000, size) * (rng.next() < 0.5 ? -1 : 1) * (1 + rng.next());
  return i % 3 === 0 ? Math.round(value * 2048) / 2048 + 2 ** -12 : Math.max(-65_000, Math.min(65_000, value));
});
const tensors = [
  { name: 'values', dims: [256, 256], data: values },
  { name: 'a "quoted" näme 数', dims: [3, 5], data: values.subarray(0, 15) },
  { name: 'scalar', dims: [], data: values.subarray(0, 1) },
  { name: 'empty', dims: [0, 4], data: new Float32Array(0) },
];
await writeFolderAtomically(
  resolve(out),
  async (writer) => {
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      await writeWeights(writer, tensors, { dtype, stem: dtype });
      await writeWeights(writer, tensors, { dtype, stem: `shards-${dtype}`, maxShardBytes: 100 });
    }
  },
  { replace: true },
);
