import { ShapeError } from '@core/errors';
import { INT8_STEPS, type Int8Matrix, type Int8Quantiser } from '@core/tensor/int8';
import { INT8_MATRIX_MODULE } from './int8-matrix-module';
import { allocateFloats, memoryOf } from './weight-store';

interface KernelExports {
  quantise(from: number, rows: number, columns: number, into: number, scales: number, steps: number): void;
  turn(from: number, rows: number, columns: number, into: number): void;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * Puts matrices of `weight-store.ts` on a grid of 8 bits in WebAssembly SIMD. The module is compiled once, an instance made for each pair of memories.
 * @param steps largest value of the grid; see `int8-range.ts`
 */
export function createWasmInt8Quantiser(steps = INT8_STEPS): Int8Quantiser {
  const module = new WebAssembly.Module(Buffer.from(INT8_MATRIX_MODULE, 'base64'));
  const kernels = new WeakMap<WebAssembly.Memory, WeakMap<WebAssembly.Memory, KernelExports>>();

  const kernelFor = (from: WebAssembly.Memory, into: WebAssembly.Memory): KernelExports => {
    const ofSource = kernels.get(from) ?? new WeakMap<WebAssembly.Memory, KernelExports>();
    kernels.set(from, ofSource);
    const known = ofSource.get(into);
    if (known) return known;
    // The exports are those of int8-matrix.wat, which int8-matrix-wasm.test.ts rebuilds and compares.
    const exports = new WebAssembly.Instance(module, { m: { from, into } }).exports as unknown as KernelExports;
    ofSource.set(into, exports);
    return exports;
  };

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
      const kernel = kernelFor(source, target);
      const rows = scales.length;
      const columns = from.length / rows;
      kernel.quantise(from.byteOffset, rows, columns, values.byteOffset, scales.byteOffset, steps);
      kernel.turn(values.byteOffset, rows, columns, turned.byteOffset);
    },
  };
}
