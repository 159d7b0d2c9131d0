import { NumericError } from '@core/errors';
import { findNonFinite } from '@core/formats/number-formats';
import {
  buildSafetensorsHeader,
  dtypeBytes,
  elementCount,
  encodeFloats,
  type WritableDtype,
} from '@core/formats/safetensors';
import type { Parameter } from '@core/models/model-config';
import type { FolderWriter } from './atomic-folder';

/** Elements converted at a time, so that F16 and BF16 take no second copy of a tensor. */
const PIECE_ELEMENTS = 1 << 20;

/** Largest finite float16. */
const FLOAT16_MAX = 65_504;

/** One file and the tensors in it. */
interface Shard {
  readonly file: string;
  readonly tensors: readonly Parameter[];
}

/**
 * Writes tensors as `<stem>.safetensors`, or as numbered shards with an index where they are more than `maxShardBytes`; streams.
 * @throws NumericError `weights-not-finite`, `float16-overflow` before anything of that tensor is written
 */
export async function writeWeights(
  writer: FolderWriter,
  tensors: readonly Parameter[],
  options: { readonly stem?: string; readonly dtype?: WritableDtype; readonly maxShardBytes?: number } = {},
): Promise<void> {
  const { stem = 'model', dtype = 'F32', maxShardBytes = 5_000_000_000 } = options;
  const shards = divide(tensors, stem, dtype, maxShardBytes);
  for (const { file, tensors: inside } of shards) await writer.write(file, streamFile(inside, dtype));
  if (shards.length === 1) return;
  const weightMap = Object.fromEntries(
    shards.flatMap(({ file, tensors: inside }) => inside.map(({ name }) => [name, file])),
  );
  const totalSize = tensors.reduce((sum, { data }) => sum + data.length * dtypeBytes(dtype), 0);
  await writer.write(
    `${stem}.safetensors.index.json`,
    `${JSON.stringify({ metadata: { total_size: totalSize }, weight_map: weightMap }, null, 2)}\n`,
  );
}

/** Header, then each tensor piece by piece. */
function* streamFile(tensors: readonly Parameter[], dtype: WritableDtype): Generator<Uint8Array> {
  yield buildSafetensorsHeader(tensors.map(({ name, dims }) => ({ name, dtype, dims })));
  for (const { name, dims, data } of tensors) {
    if (elementCount(dims) !== data.length)
      throw new RangeError(`${name}: [${dims.join(', ')}] with ${data.length} numbers`);
    checkWritable(name, data, dtype);
    for (let at = 0; at < data.length; at += PIECE_ELEMENTS)
      yield encodeFloats(dtype, data.subarray(at, at + PIECE_ELEMENTS));
  }
}

function divide(
  tensors: readonly Parameter[],
  stem: string,
  dtype: WritableDtype,
  maxShardBytes: number,
): readonly Shard[] {
  const groups: Parameter[][] = [[]];
  let groupBytes = 0;
  for (const tensor of tensors) {
    const bytes = tensor.data.length * dtypeBytes(dtype);
    if (groupBytes > 0 && groupBytes + bytes > maxShardBytes) {
      groups.push([]);
      groupBytes = 0;
    }
    groups.at(-1)?.push(tensor);
    groupBytes += bytes;
  }
  if (groups.length === 1) return [{ file: `${stem}.safetensors`, tensors }];
  const digits = (n: number) => String(n).padStart(5, '0');
  return groups.map((group, i) => ({
    file: `${stem}-${digits(i + 1)}-of-${digits(groups.length)}.safetensors`,
    tensors: group,
  }));
}

function checkWritable(name: string, data: Float32Array, dtype: WritableDtype): void {
  const broken = findNonFinite(data);
  if (broken >= 0) {
    throw new NumericError(
      `Tensor "${name}" holds ${data[broken]} at position ${broken}; such a model is not written.`,
      {
        code: 'weights-not-finite',
        where: `tensor ${name}`,
        wayOut: 'Go back to an earlier checkpoint.',
      },
    );
  }
  const tooLarge = dtype === 'F16' ? data.findIndex((value) => Math.abs(value) > FLOAT16_MAX) : -1;
  if (tooLarge < 0) return;
  throw new NumericError(`Tensor "${name}" holds ${data[tooLarge]}, beyond what F16 can write (±${FLOAT16_MAX}).`, {
    code: 'float16-overflow',
    where: `tensor ${name}`,
    wayOut: 'Write the model as BF16 or F32.',
  });
}
