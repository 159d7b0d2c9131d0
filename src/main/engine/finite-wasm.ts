import { findNonFinite } from '@core/formats/number-formats';
import { FINITE_MODULE } from './finite-module';
import { memoryOf } from './weight-store';

interface KernelExports {
  allFinite(at: number, count: number): number;
}

const KERNELS = new WeakMap<WebAssembly.Memory, KernelExports>();
let compiled: WebAssembly.Module | null = null;

/** Whether no number is NaN or infinite: at memory speed for what lies in WebAssembly memory, which weights do; plain TypeScript for the rest. */
export function areAllFinite(values: Float32Array): boolean {
  const memory = memoryOf(values);
  if (!memory) return findNonFinite(values) < 0;
  return kernelFor(memory).allFinite(values.byteOffset, values.length) === 1;
}

function kernelFor(memory: WebAssembly.Memory): KernelExports {
  const known = KERNELS.get(memory);
  if (known) return known;
  compiled ??= new WebAssembly.Module(Buffer.from(FINITE_MODULE, 'base64'));
  // The exports are those of finite.wat, which finite-wasm.test.ts rebuilds and compares.
  const exports = new WebAssembly.Instance(compiled, { m: { numbers: memory } }).exports as unknown as KernelExports;
  KERNELS.set(memory, exports);
  return exports;
}
