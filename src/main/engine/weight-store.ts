import { WorkbenchError } from '@core/errors';
import type { Parameter, ParameterStore } from '@core/models/model-config';
import type { ParameterSpec } from '@core/models/decoder/parameters';
import { sizeOf } from '@core/tensor/dims';

const PAGE_BYTES = 65_536;
/** A WebAssembly memory of 32-bit addresses ends at 4 GiB; larger models take several. */
const MEMORY_BYTES = 65_536 * PAGE_BYTES;
/** Tensors begin at whole SIMD lanes. */
const ALIGNMENT = 16;

/**
 * Float32 memory inside WebAssembly memories, where both onnxruntime and the optimiser's kernel can work on it without a copy. Few memories,
 * since each reserves gigabytes of addresses.
 * @param together so many neighbours in `lengths` lie within one memory
 * @throws WorkbenchError `out-of-memory`
 */
export function allocateFloats(lengths: readonly number[], together = 1): readonly Float32Array<ArrayBuffer>[] {
  const memories: { lengths: number[]; bytes: number }[] = [];
  for (let start = 0; start < lengths.length; start += together) {
    const group = lengths.slice(start, start + together);
    const bytes = group.reduce((total, length) => total + alignedBytes(length), 0);
    const last = memories.at(-1);
    if (last && last.bytes + bytes <= MEMORY_BYTES) {
      last.lengths.push(...group);
      last.bytes += bytes;
    } else memories.push({ lengths: group, bytes });
  }
  return memories.flatMap(({ lengths: inside, bytes }) => {
    const buffer = allocateMemory(bytes);
    let offset = 0;
    return inside.map((length) => {
      const values = new Float32Array(buffer, offset, length);
      offset += alignedBytes(length);
      return values;
    });
  });
}

/** The WebAssembly memory behind a view made by `allocateFloats`, or null for any other memory. */
export function memoryOf(values: ArrayBufferView): WebAssembly.Memory | null {
  return MEMORIES.get(values.buffer) ?? null;
}

const MEMORIES = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();

function alignedBytes(length: number): number {
  return Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT) * ALIGNMENT;
}

function allocateMemory(bytes: number): ArrayBuffer {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  try {
    const memory = new WebAssembly.Memory({ initial: pages });
    MEMORIES.set(memory.buffer, memory);
    return memory.buffer;
  } catch (cause) {
    throw new WorkbenchError(
      'resource',
      `There is no memory for ${Math.round(bytes / 2 ** 20)} MB of weights.`,
      {
        code: 'out-of-memory',
        kept: 'Everything on disk.',
        wayOut: 'Close other programs, or choose a smaller model or LoRA.',
      },
      { cause },
    );
  }
}

/** The weights of one model in WebAssembly memory, zero until somebody writes to them. */
export class WeightStore implements ParameterStore {
  readonly names: readonly string[];
  readonly #parameters: ReadonlyMap<string, Parameter>;
  #version = 0;

  constructor(specs: readonly ParameterSpec[]) {
    const memory = allocateFloats(specs.map(({ dims }) => sizeOf(dims)));
    this.names = specs.map(({ name }) => name);
    this.#parameters = new Map(
      specs.map(({ name, dims }, index) => [name, { name, dims, data: memory[index] ?? new Float32Array(0) }]),
    );
  }

  get version(): number {
    return this.#version;
  }

  get(name: string): Parameter {
    const parameter = this.#parameters.get(name);
    if (parameter) return parameter;
    throw new WorkbenchError('not_found', `The model has no tensor "${name}".`, {
      code: 'parameter-missing',
      where: name,
    });
  }

  has(name: string): boolean {
    return this.#parameters.has(name);
  }

  markChanged(): void {
    this.#version++;
  }
}
