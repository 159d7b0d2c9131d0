import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DryPart } from '@contracts/dry-step';
import type { StepOptions, Trainer } from '@core/train/trainer';
import { bytesOf, writeAtomic } from '../run-state';
import { timed, type DryTools } from './dry-context';
import { countedPart } from './time-box';

/** So long may passes over rows take, the first one of each kind apart. */
const TRAINING_SECONDS = 5;
/** So much of a state is written to learn how fast the disk is. */
const WRITTEN_BYTES = 64 * 2 ** 20;

interface Training<R> {
  readonly trainer: Trainer;
  /** Rows as an update takes them. */
  readonly rows: readonly R[];
  readonly accumulate: (rows: readonly R[]) => Promise<unknown>;
  readonly options: StepOptions;
}

/** One or two passes forward and back, and one step of the optimiser at a rate of 0. */
export async function dryUpdates<R>(
  context: DryTools,
  { rows, trainer, accumulate, options }: Training<R>,
): Promise<DryPart[]> {
  context.phase('training');
  const trained = await dryRows(context, 'trainRows', rows, accumulate);
  if (trained === null) return [];
  const seconds = await timed(context, () => trainer.step({ ...options, learningRate: 0 }));
  return [trained, countedPart('updates', 1, seconds)];
}

/** Rows through the model, as many as fit the time; the first pass, which compiles, is not counted. */
export async function dryRows<R>(
  context: DryTools,
  name: DryPart['name'],
  rows: readonly R[],
  work: (rows: readonly R[]) => Promise<unknown>,
): Promise<DryPart | null> {
  const [first] = rows;
  if (first === undefined) return null;
  await work([first]);
  const once = await timed(context, () => work([first]));
  context.cancel.throwIfAborted();
  const count = Math.min(rows.length, Math.floor(TRAINING_SECONDS / once));
  if (count < 2) return countedPart(name, 1, once);
  const several = rows.slice(0, count);
  // Rows of other lengths take graphs of their own; a run meets each of them once, and then over and over.
  return countedPart(name, count, await timed(context, () => work(several)));
}

/** How large a saved state is, and how long writing one takes by a piece of it. */
export async function drySave(
  context: DryTools,
  trainer: Pick<Trainer, 'save'>,
): Promise<{ readonly part: DryPart; readonly stateBytes: number }> {
  context.phase('saving');
  const { tensors } = await trainer.save();
  const stateBytes = tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const { data } of tensors) {
    if (bytes >= WRITTEN_BYTES) break;
    const piece = bytesOf(data).subarray(0, WRITTEN_BYTES - bytes);
    pieces.push(piece);
    bytes += piece.byteLength;
  }
  mkdirSync(context.stateFolder, { recursive: true });
  const path = join(context.stateFolder, 'dry-state.bin');
  const seconds = await timed(context, async () => writeAtomic(path, pieces));
  const written = statSync(path).size;
  return { part: countedPart('saves', Math.max(1e-6, written / Math.max(1, stateBytes)), seconds), stateBytes };
}
