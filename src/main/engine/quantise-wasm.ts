import {
  INT4_BLOCK,
  REFERENCE_QUANTISER,
  countRows,
  int4Blocks,
  quantiseRowsInt8,
  type Quantiser,
  type WeightMatrix,
} from '@core/models/quantise';
import { QUANTISE_MODULE } from './quantise-module';
import { memoryOf } from './weight-store';

interface KernelExports {
  int8(at: number, rows: number, columns: number, most: number, values: number, stride: number, scales: number): void;
  int4(at: number, blocks: number, values: number, scales: number, zeros: number): void;
}

const PAGE_BYTES = 65_536;
/** Rows and inputs that the int8 kernel takes together. */
const LANES = 4;
/** Values begin at whole SIMD lanes. */
const ALIGNMENT = 16;

/**
 * Quantiser in WebAssembly SIMD for weights in the memories of `weight-store.ts`: 135M weights in a quarter of a second. Matrices that lie elsewhere
 * or have odd sizes go the reference's way. What it gives lies in memory that the next call writes over.
 */
export function createWasmQuantiser(): Quantiser {
  const module = new WebAssembly.Module(Buffer.from(QUANTISE_MODULE, 'base64'));
  const made = new WebAssembly.Memory({ initial: 1 });
  const kernels = new WeakMap<WebAssembly.Memory, KernelExports>();

  const kernelFor = (weights: WebAssembly.Memory): KernelExports => {
    const known = kernels.get(weights);
    if (known) return known;
    // The exports are those of quantise.wat, which quantise-wasm.test.ts rebuilds and compares.
    const exports = new WebAssembly.Instance(module, { m: { weights, made } }).exports as unknown as KernelExports;
    kernels.set(weights, exports);
    return exports;
  };

  /** Offsets of parts of these sizes in memory that is large enough. */
  const place = (...sizes: readonly number[]): readonly number[] => {
    let end = 0;
    const offsets = sizes.map((size) => {
      const begin = end;
      end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      return begin;
    });
    const missing = Math.ceil((end - made.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) made.grow(missing);
    return offsets;
  };

  return {
    int8(matrices, largest) {
      const columns = matrices[0]?.columns ?? 0;
      const memories = memoriesOf(matrices);
      const isEven = matrices.slice(0, -1).every(({ rows }) => rows % LANES === 0);
      if (!memories || !isEven || columns % LANES !== 0) return REFERENCE_QUANTISER.int8(matrices, largest);
      const rows = countRows(matrices);
      const [valuesAt = 0, scalesAt = 0] = place(rows * columns, rows * Float32Array.BYTES_PER_ELEMENT);
      const weights = {
        values: new Int8Array(made.buffer, valuesAt, rows * columns),
        scales: new Float32Array(made.buffer, scalesAt, rows),
      };
      let first = 0;
      matrices.forEach((matrix, i) => {
        const whole = matrix.rows - (matrix.rows % LANES);
        const { byteOffset } = matrix.data;
        if (whole > 0) {
          kernelFor(memories[i]!).int8(
            byteOffset,
            whole,
            columns,
            largest,
            valuesAt + first,
            rows,
            scalesAt + 4 * first,
          );
        }
        quantiseRowsInt8(matrix, whole, first, rows, largest, weights);
        first += matrix.rows;
      });
      return weights;
    },
    int4(matrices) {
      const columns = matrices[0]?.columns ?? 0;
      const memories = memoriesOf(matrices);
      const blocks = int4Blocks(columns);
      if (!memories || columns % (2 * INT4_BLOCK) !== 0) return REFERENCE_QUANTISER.int4(matrices);
      const all = countRows(matrices) * blocks;
      const sizes = { values: (all * INT4_BLOCK) / 2, scales: all, zeros: all / 2 };
      const [valuesAt = 0, scalesAt = 0, zerosAt = 0] = place(sizes.values, 4 * sizes.scales, sizes.zeros);
      let first = 0;
      matrices.forEach(({ data, rows }, i) => {
        kernelFor(memories[i]!).int4(
          data.byteOffset,
          rows * blocks,
          valuesAt + (first * INT4_BLOCK) / 2,
          scalesAt + 4 * first,
          zerosAt + first / 2,
        );
        first += rows * blocks;
      });
      return {
        values: new Uint8Array(made.buffer, valuesAt, sizes.values),
        scales: new Float32Array(made.buffer, scalesAt, sizes.scales),
        zeros: new Uint8Array(made.buffer, zerosAt, sizes.zeros),
      };
    },
  };
}

/** The WebAssembly memory of each matrix; null when one lies elsewhere. */
function memoriesOf(matrices: readonly WeightMatrix[]): readonly WebAssembly.Memory[] | null {
  const memories = matrices.map(({ data }) => memoryOf(data));
  return memories.every((memory) => memory !== null) ? memories : null;
}
