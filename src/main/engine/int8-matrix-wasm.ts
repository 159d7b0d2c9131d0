import { ShapeError } from '@core/errors';
import { INT8_STEPS, type Int8Matrix, type Int8Quantiser } from '@core/tensor/int8';
import { rotationBlock } from '@core/tensor/rotation';
import { INT8_MATRIX_MODULE } from './int8-matrix-module';
import { ROTATE_ROWS_MODULE } from './rotate-rows-module';
import { allocateFloats, memoryOf } from './weight-store';

interface RotationExports {
  rotate(from: number, into: number, blocks: number, bytes: number, factor: number): void;
}

interface KernelExports {
  quantise(from: number, rows: number, columns: number, into: number, scales: number, steps: number): void;
  turn(from: number, rows: number, columns: number, into: number): void;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * Puts matrices of `weight-store.ts` on a grid of 8 bits in WebAssembly SIMD, by way of one matrix of floats.
 * @param steps largest value of the grid; see `int8-range.ts`
 */
export function createWasmInt8Quantiser(steps = INT8_STEPS): Int8Quantiser {
  // The exports are those of the .wat files, which int8-matrix-wasm.test.ts rebuilds and compares.
  const kernelFor = instancesOf<KernelExports>(INT8_MATRIX_MODULE);
  const rotationFor = instancesOf<RotationExports>(ROTATE_ROWS_MODULE);
  let room: Float32Array = new Float32Array(0);

  return {
    allocate: (shapes) => {
      const parts = allocateFloats(
        shapes.flatMap(([rows, columns]) => {
          const floats = Math.ceil((rows * columns) / FLOAT_BYTES);
          return [floats, floats, rows];
        }),
        3,
      );
      return shapes.map(([rows, columns], index): Int8Matrix => {
        const [values, turned, scales] = parts.slice(3 * index, 3 * index + 3);
        if (!values || !turned || !scales) throw new ShapeError('There is too little memory for the matrices.');
        const bytes = ({ buffer, byteOffset }: Float32Array) => new Int8Array(buffer, byteOffset, rows * columns);
        return { values: bytes(values), turned: bytes(turned), scales };
      });
    },
    quantise: (from, { values, turned, scales }) => {
      if (from.length !== values.length || values.buffer !== turned.buffer || values.buffer !== scales.buffer)
        throw new ShapeError(`A matrix of ${values.length} bytes does not fit ${from.length} weights.`);
      const [source, target] = [memoryOf(from), memoryOf(values)];
      if (!source || !target) throw new ShapeError('The matrix does not lie in WebAssembly memory.');
      const rows = scales.length;
      const columns = from.length / rows;
      const block = rotationBlock(columns);
      let [begin, memory] = [from.byteOffset, source];
      if (block > 1) {
        if (room.length < from.length) [room = room] = allocateFloats([from.length]);
        const between = memoryOf(room) ?? source;
        const [blocks, bytes] = [from.length / block, block * FLOAT_BYTES];
        rotationFor(source, between).rotate(from.byteOffset, room.byteOffset, blocks, bytes, 1 / Math.sqrt(block));
        [begin, memory] = [room.byteOffset, between];
      }
      const kernel = kernelFor(memory, target);
      kernel.quantise(begin, rows, columns, values.byteOffset, scales.byteOffset, steps);
      kernel.turn(values.byteOffset, rows, columns, turned.byteOffset);
    },
  };
}

/** An instance of a module for each pair of memories, made on first use. */
function instancesOf<Exports>(base64: string): (from: WebAssembly.Memory, into: WebAssembly.Memory) => Exports {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  const instances = new WeakMap<WebAssembly.Memory, WeakMap<WebAssembly.Memory, Exports>>();
  return (from, into) => {
    const ofSource = instances.get(from) ?? new WeakMap<WebAssembly.Memory, Exports>();
    instances.set(from, ofSource);
    const known = ofSource.get(into);
    if (known) return known;
    const exports = new WebAssembly.Instance(module, { m: { from, into } }).exports as unknown as Exports;
    ofSource.set(into, exports);
    return exports;
  };
}
