import type { DeviceMemory, DeviceTensor } from '../ports';
import type { ParameterStore } from './model-config';

/**
 * The weights of a store in a device's memory, for everybody who trains or generates with that model there. Between steps the device is
 * ahead of the store; `toHost` brings the store up to date before somebody reads it.
 */
export class DeviceWeights {
  readonly #device: DeviceMemory;
  readonly #parameters: ParameterStore;
  #tensors: ReadonlyMap<string, DeviceTensor> | null = null;
  /** Version of the store that the device agrees with or is ahead of. */
  #version: number;
  #isAhead = false;
  #syncing: Promise<unknown> = Promise.resolve();

  constructor(device: DeviceMemory, parameters: ParameterStore) {
    this.#device = device;
    this.#parameters = parameters;
    this.#version = parameters.version;
  }

  /** Every weight on the device, as it is now; the same tensors each time. */
  current(): Promise<ReadonlyMap<string, DeviceTensor>> {
    return this.#inTurn(() => this.#update());
  }

  /** To be called after a graph has written to the tensors. */
  markChanged(): void {
    this.#parameters.markChanged();
    this.#version = this.#parameters.version;
    this.#isAhead = true;
  }

  /** Brings the store up to date with the device. */
  toHost(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isAhead) return;
      for (const [name, tensor] of this.#tensors ?? [])
        await this.#device.copy(tensor, viewOf(this.#parameters.get(name)));
      this.#isAhead = false;
    });
  }

  dispose(): void {
    for (const tensor of this.#tensors?.values() ?? []) this.#device.free(tensor);
    this.#tensors = null;
  }

  async #update(): Promise<ReadonlyMap<string, DeviceTensor>> {
    const { version, names } = this.#parameters;
    const known = this.#tensors;
    if (known && version === this.#version) return known;
    const tensors = new Map<string, DeviceTensor>();
    for (const name of names) {
      const view = viewOf(this.#parameters.get(name));
      const old = known?.get(name);
      if (old) await this.#device.copy(view, old);
      tensors.set(name, old ?? (await this.#device.upload(view)));
    }
    this.#tensors = tensors;
    this.#version = version;
    return tensors;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#syncing.then(work);
    this.#syncing = result.catch(() => undefined);
    return result;
  }
}

function viewOf({ dims, data }: { readonly dims: readonly number[]; readonly data: Float32Array }) {
  return { dtype: 'float32', dims, data } as const;
}
