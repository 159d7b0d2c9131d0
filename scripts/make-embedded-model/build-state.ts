import { join } from 'node:path';
import { parseSafetensors, readSafetensors, writeSafetensors } from '@core/formats/safetensors';
import type { StateTensor } from '@core/train/learning-state';
import type { Trainer } from '@core/train/trainer';
import { readBinaryState, writeAtomic } from '../../src/main/engine/run-state';
import { BUILD_FOLDER } from './paths';

/** Keeps the whole state of a phase: weights, moments and the number of updates made. `key` says of which phase, plan and seed. */
export async function saveBuild(trainer: Trainer, name: string, key: string): Promise<void> {
  const { step, tensors } = await trainer.save();
  const counter = { name: STEP, dims: [1], data: Float32Array.of(step) };
  writeAtomic(stateFile(name), writeSafetensors([...tensors.map(requireFloats), counter], { metadata: { key } }));
}

/** Goes on from the last saved state of the same phase; gives the number of updates made, 0 when there is none. */
export async function resumeBuild(trainer: Trainer, name: string, key: string): Promise<number> {
  const bytes = readBinaryState(stateFile(name));
  if (!bytes || parseSafetensors(bytes, stateFile(name)).metadata['key'] !== key) return 0;
  const tensors = readSafetensors(bytes, stateFile(name));
  const step = tensors.get(STEP)?.data[0] ?? 0;
  tensors.delete(STEP);
  await trainer.restore({ step, tensors: [...tensors].map(([each, tensor]) => ({ name: each, ...tensor })) });
  return step;
}

const STEP = 'step';

/** Pretraining keeps its moments in float32. */
function requireFloats({ name, dims, data }: StateTensor): StateTensor<Float32Array> {
  if (!(data instanceof Float32Array)) throw new TypeError(`"${name}" is not kept in float32.`);
  return { name, dims, data };
}

function stateFile(name: string): string {
  return join(BUILD_FOLDER, `${name}.safetensors`);
}
