import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  buildSafetensorsHeader,
  elementCount,
  parseSafetensorsHeader,
  readHeaderLength,
  SAFETENSORS_PREFIX_BYTES,
  type SafetensorsEntry,
} from '@core/formats/safetensors';
import { misfit, type ReadState, type StateTensor } from '@core/train/learning-state';
import type { StateValues } from '@core/train/moments';
import type { Trainer } from '@core/train/trainer';
import {
  bytesOf,
  clearLeftovers,
  damagedState,
  errorCode,
  readJsonState,
  writeAtomic,
  writeJsonAtomic,
} from '../run-state';

const Pointer = z.object({ file: z.string(), step: z.number().int(), progress: z.unknown() });

const POINTER = 'trainer.json';

/** The system reads at most 2 GB at a time. */
const MAX_READ_BYTES = 2 ** 30;

/**
 * Saves weights, moments and whatever the stage needs to go on. The tensors get a file of their own, written from where they lie; a small
 * pointer is replaced last, in one step, so a kill at any moment leaves the former state whole.
 * @param progress plain JSON of the stage: position in its plan, streams, sums
 */
export async function saveTrainerState(
  folder: string,
  trainer: Pick<Trainer, 'save'>,
  progress: unknown,
): Promise<void> {
  const { step, tensors } = await trainer.save();
  const file = `trainer-${step}.safetensors`;
  const header = buildSafetensorsHeader(tensors.map(({ name, dims, data }) => ({ name, dims, dtype: dtypeOf(data) })));
  writeAtomic(join(folder, file), [header, ...tensors.map(({ data }) => bytesOf(data))]);
  writeJsonAtomic(join(folder, POINTER), { file, step, progress });
  removeOthers(folder, file);
}

/**
 * Brings a trainer back to its saved state and returns the stage's progress; null when nothing was saved yet. Arrays are read from the file
 * straight into the trainer's memory. What a killed process left half written is removed.
 * @throws WorkbenchError `state-damaged` when a file is gone, damaged, or of another model, mode or stage
 */
export async function restoreTrainerState<T>(
  folder: string,
  trainer: Pick<Trainer, 'restore'>,
  progress: z.ZodType<T>,
): Promise<T | null> {
  clearLeftovers(folder);
  const pointer = readJsonState(join(folder, POINTER), (value) => Pointer.parse(value));
  removeOthers(folder, pointer?.file ?? null);
  if (pointer === null) return null;
  const file = openState(join(folder, pointer.file));
  try {
    await trainer.restore({ step: pointer.step, read: readState(file, join(folder, pointer.file)) });
  } finally {
    closeSync(file);
  }
  const parsed = progress.safeParse(pointer.progress);
  if (parsed.success) return parsed.data;
  throw damagedState('The saved progress of this run is not what it should be.', join(folder, POINTER), parsed.error);
}

/** Tensor files that the pointer does not name: of an earlier save, or of one that was killed before it replaced the pointer. */
function removeOthers(folder: string, kept: string | null): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('trainer-') && name.endsWith('.safetensors') && name !== kept)
      rmSync(join(folder, name), { force: true });
  }
}

function openState(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw damagedState('The saved weights of this run are not there any more.', path, cause);
  }
}

/** Reads arrays of an open file by name, straight into place. */
function readState(file: number, path: string): ReadState {
  try {
    return readArrays(file, path);
  } catch (cause) {
    // What the parser advises, another download, is no way out of a state that nobody can download.
    throw damagedState('The saved weights of this run cannot be read.', path, cause);
  }
}

function readArrays(file: number, path: string): ReadState {
  const { size } = fstatSync(file);
  const prefix = new Uint8Array(Math.min(SAFETENSORS_PREFIX_BYTES, size));
  fill(file, prefix, 0, path);
  const json = new Uint8Array(readHeaderLength(prefix, size, path));
  fill(file, json, SAFETENSORS_PREFIX_BYTES, path);
  const entries = new Map<string, SafetensorsEntry>(
    parseSafetensorsHeader(json, size, path).tensors.map((entry) => [entry.name, entry]),
  );
  const wrong = (name: string, targets: readonly StateValues[], count: number) =>
    damagedState('The saved weights are not those of this run.', `${path}, ${name}`, misfit(name, targets, count));
  return (name, targets) => {
    const entry = entries.get(name);
    if (!entry || targets.some((values) => dtypeOf(values) !== entry.dtype)) throw wrong(name, targets, 0);
    const count = elementCount(entry.dims);
    if (count !== targets.reduce((sum, { length }) => sum + length, 0)) throw wrong(name, targets, count);
    let at = entry.begin;
    for (const values of targets) {
      fill(file, bytesOf(values), at, path);
      at += values.byteLength;
    }
  };
}

function fill(file: number, bytes: Uint8Array, position: number, path: string): void {
  for (let at = 0; at < bytes.length;) {
    const read = readSync(file, bytes, at, Math.min(bytes.length - at, MAX_READ_BYTES), position + at);
    if (read === 0) throw damagedState('The saved weights end before they should.', path);
    at += read;
  }
}

function dtypeOf(data: StateTensor['data']): 'F32' | 'I8' | 'U8' {
  return data instanceof Float32Array ? 'F32' : data instanceof Int8Array ? 'I8' : 'U8';
}
