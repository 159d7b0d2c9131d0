import { WorkbenchError } from '../errors';

/** Reads a weight as it was when the model was opened into `target`, which has its size. @throws whatever reading its file throws */
export type ReadWeight = (name: string, target: Float32Array) => Promise<void>;

/** A weight that LoRA adapts, as it is in the store before its adapter has learned anything. */
export interface BaseWeight {
  readonly name: string;
  readonly data: Float32Array;
}

/** Bases that are larger together than this are read anew for each merge: 64 MiB take a few milliseconds to copy and nobody misses them. */
const LARGEST_COPY = 64 * 2 ** 20;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Bytes that the bases of adapted weights take. @param weights elements of each */
export function baseBytes(weights: readonly number[], isReadable: boolean): number {
  const all = FLOAT * weights.reduce((sum, elements) => sum + elements, 0);
  return isReadable && all > LARGEST_COPY ? 2 * FLOAT * Math.max(...weights) : all;
}

/**
 * The weights that LoRA adapts as they were before. They are needed whole only while adapted ones are made from them, one after the other;
 * so large ones are read from where the model came from each time, and two lie in memory: one that is merged and the next, on its way.
 */
export class LoraBase {
  readonly #weights: readonly BaseWeight[];
  readonly #read: ReadWeight | null;

  /** @param read null where the weights in the store are nowhere else; they are copied then */
  constructor(weights: readonly BaseWeight[], read: ReadWeight | null) {
    const sizes = weights.map(({ data }) => data.length);
    const isRead = read !== null && baseBytes(sizes, true) < baseBytes(sizes, false);
    this.#read = isRead ? read : null;
    this.#weights = isRead ? weights : weights.map(({ name, data }) => ({ name, data: data.slice() }));
  }

  /** Gives each base in turn, in the order of the constructor; its memory is used again after the next one was asked for. */
  async forEach(use: (base: Float32Array, index: number) => Promise<void>): Promise<void> {
    const read = this.#read;
    if (read === null) {
      for (const [index, { data }] of this.#weights.entries()) await use(data, index);
      return;
    }
    const longest = Math.max(0, ...this.#weights.map(({ data }) => data.length));
    const rooms = [new Float32Array(longest), new Float32Array(longest)] as const;
    const start = (index: number): Promise<Float32Array> | null => {
      const weight = this.#weights[index];
      if (!weight) return null;
      const base = rooms[index % 2 === 0 ? 0 : 1].subarray(0, weight.data.length);
      const reading = read(weight.name, base).then(
        () => base,
        (cause: unknown) => Promise.reject(unreadable(weight.name, cause)),
      );
      // Told when it is awaited; until then a failure of the one before may come first.
      reading.catch(() => undefined);
      return reading;
    };
    let next = start(0);
    for (let index = 0; next !== null; index++) {
      const base = await next;
      next = start(index + 1);
      await use(base, index);
    }
  }
}

function unreadable(name: string, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'external',
    `The model's file can no longer be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      code: 'base-unreadable',
      where: name,
      kept: 'The last checkpoint of this run.',
      wayOut: 'Put the model back where it was, then continue the run.',
    },
    { cause },
  );
}
