import { cpus } from 'node:os';
import type { FoundDevice } from '@contracts/devices';
import { listBackends, tryWebGpu } from '../webgpu-executor';
import { nameAdapter } from './adapter-name';

/** What is said of a way that onnxruntime lists and jobs do not take. */
const NOT_TAKEN =
  'onnxruntime can compute here, but its binding keeps no tensors on this device, so that weights would travel on every step. Jobs do not use it.';

/** What arithmetic could run on here. WebGPU is opened for it, so this belongs into a process that may die. */
export async function listDevices(): Promise<readonly FoundDevice[]> {
  const devices: FoundDevice[] = [];
  for (const { name, bundled } of listBackends()) {
    const find = FINDERS[name];
    if (find) devices.push(...(await find()));
    // CUDA and TensorRT are in the list of every Linux build; only a person who installed their libraries has them.
    else if (bundled)
      devices.push({ backend: name, name: name.toUpperCase(), isSoftware: false, isSupported: false, note: NOT_TAKEN });
  }
  return devices;
}

const FINDERS: Readonly<Record<string, () => Promise<readonly FoundDevice[]>>> = {
  cpu: async () => [
    { backend: 'cpu', name: cpus()[0]?.model.trim() ?? 'Processor', isSoftware: false, isSupported: true, note: '' },
  ],
  webgpu: async () => {
    const missing = await tryWebGpu();
    if (missing !== null)
      return [{ backend: 'webgpu', name: 'no graphics card', isSoftware: false, isSupported: false, note: missing }];
    const { name, isSoftware } = nameAdapter();
    const note = isSoftware
      ? 'A graphics card played by the processor: good for tests, slower than the processor itself.'
      : '';
    return [{ backend: 'webgpu', name, isSoftware, isSupported: true, note }];
  },
};
