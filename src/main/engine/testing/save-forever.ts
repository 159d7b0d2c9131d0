/**
 * Saves one training state after another, each with arrays that all hold the number of the save, until somebody kills the process: the victim
 * of `trainer-state.slow.test.ts`. Prints a line after each save. Also the subject of its measurement of memory:
 * `save-forever.ts measure FOLDER BYTES` saves and restores once and prints by how much the largest resident size grew.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { restoreTrainerState, saveTrainerState } from '../runners/trainer-state';
import { allocateFloats } from '../weight-store';

const TENSORS = 8;

function makeState(bytes: number) {
  return allocateFloats(Array.from({ length: TENSORS }, () => bytes / TENSORS / 4)).map((data, i) => ({
    name: `weight/tensor ${i}`,
    dims: [data.length],
    data,
  }));
}

async function saveForever(folder: string): Promise<never> {
  const tensors = makeState(2 ** 22);
  for (let step = 1; ; step++) {
    for (const { data } of tensors) data.fill(step);
    await saveTrainerState(folder, { save: async () => ({ step, tensors }) }, { step });
    process.stdout.write(`${step}\n`);
  }
}

async function measure(folder: string, bytes: number): Promise<void> {
  const peak = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  const tensors = makeState(bytes);
  for (const { data } of tensors) data.fill(1);
  // Once with little, so that code and buffers are there.
  const trainer = (state: typeof tensors) => ({
    save: async () => ({ step: 1, tensors: state }),
    restore: (from: Parameters<Parameters<typeof restoreTrainerState>[1]['restore']>[0]) => {
      if ('read' in from) for (const { name, data } of state) from.read(name, [data]);
      return Promise.resolve();
    },
  });
  const cycle = async (state: typeof tensors): Promise<void> => {
    await saveTrainerState(folder, trainer(state), {});
    await restoreTrainerState(folder, trainer(state), z.object({}));
  };
  await cycle(makeState(2 ** 16));
  const before = peak();
  await cycle(tensors);
  process.stdout.write(`${peak() - before}\n`);
}

const [task = '', folder = '', bytes = '0'] = process.argv.slice(2);
if (task === 'measure') await measure(folder, Number(bytes));
else await saveForever(folder);
