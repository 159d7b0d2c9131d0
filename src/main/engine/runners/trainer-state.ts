import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildSafetensorsHeader, decodeFloats, parseSafetensors } from '@core/formats/safetensors';
import type { StateTensor } from '@core/train/learning-state';
import type { Trainer } from '@core/train/trainer';
import { bytesOf, readBinaryState, readJsonState, writeAtomic, writeJsonAtomic } from '../run-state';

const Pointer = z.object({ file: z.string(), step: z.number().int(), progress: z.unknown() });

/**
 * Saves weights, moments and whatever the stage needs to go on. The tensors get a file of their own; a small pointer is replaced last, in one
 * step, so a kill at any moment leaves the former state whole.
 * @param progress plain JSON of the stage: position in its plan, streams, sums
 */
export function saveTrainerState(folder: string, trainer: Trainer, progress: unknown): void {
  const { step, tensors } = trainer.save();
  const file = `trainer-${step}.safetensors`;
  const header = buildSafetensorsHeader(tensors.map(({ name, dims, data }) => ({ name, dims, dtype: dtypeOf(data) })));
  writeAtomic(join(folder, file), [header, ...tensors.map(({ data }) => bytesOf(data))]);
  writeJsonAtomic(join(folder, 'trainer.json'), { file, step, progress });
  for (const old of readdirSync(folder)) {
    if (old.startsWith('trainer-') && old.endsWith('.safetensors') && old !== file)
      rmSync(join(folder, old), { force: true });
  }
}

/** Brings a trainer back to its saved state and returns the stage's progress; null when nothing was saved yet. */
export async function restoreTrainerState<T>(
  folder: string,
  trainer: Trainer,
  progress: z.ZodType<T>,
): Promise<T | null> {
  const pointer = readJsonState(join(folder, 'trainer.json'), (value) => Pointer.parse(value));
  if (pointer === null) return null;
  const path = join(folder, pointer.file);
  const bytes = readBinaryState(path);
  await trainer.restore({ step: pointer.step, tensors: bytes === null ? [] : readStateTensors(bytes, path) });
  return progress.parse(pointer.progress);
}

function dtypeOf(data: StateTensor['data']): 'F32' | 'I8' | 'U8' {
  return data instanceof Float32Array ? 'F32' : data instanceof Int8Array ? 'I8' : 'U8';
}

function readStateTensors(bytes: Uint8Array, path: string): StateTensor[] {
  return parseSafetensors(bytes, path).tensors.map(({ name, dims, dtype, begin, end }) => {
    if (dtype === 'I8') return { name, dims, data: new Int8Array(bytes.slice(begin, end).buffer) };
    if (dtype === 'U8') return { name, dims, data: bytes.slice(begin, end) };
    const data = new Float32Array((end - begin) / Float32Array.BYTES_PER_ELEMENT);
    decodeFloats('F32', bytes.subarray(begin, end), data);
    return { name, dims, data };
  });
}
