import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@core/formats/safetensors';
import type { Trainer } from '@core/train/trainer';
import { readBinaryState, writeAtomic } from '../../src/main/engine/run-state';
import { BUILD_FOLDER } from './paths';

const STATE_FILE = join(BUILD_FOLDER, 'state.safetensors');

/** Keeps the whole state of a build: weights, moments and the number of updates made. `key` names the plan and the seed. */
export function saveBuild(trainer: Trainer, key: string): void {
  const { step, tensors } = trainer.save();
  const counter = { name: STEP, dims: [1], data: Float32Array.of(step) };
  writeAtomic(STATE_FILE, writeSafetensors([...tensors, counter], { metadata: { key } }));
  writeAtomic(KEY_FILE, new TextEncoder().encode(key));
}

/** Goes on from the last saved state of the same plan and seed; gives the number of updates made, 0 when there is none. */
export async function resumeBuild(trainer: Trainer, key: string): Promise<number> {
  const bytes = readBinaryState(STATE_FILE);
  const savedKey = readBinaryState(KEY_FILE);
  if (!bytes || !savedKey || new TextDecoder().decode(savedKey) !== key) return 0;
  const tensors = readSafetensors(bytes, STATE_FILE);
  const step = tensors.get(STEP)?.data[0] ?? 0;
  tensors.delete(STEP);
  await trainer.restore({ step, tensors: [...tensors].map(([name, tensor]) => ({ name, ...tensor })) });
  return step;
}

const STEP = 'step';
const KEY_FILE = join(BUILD_FOLDER, 'key.txt');
