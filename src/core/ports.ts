/**
 * The doors of the pure core: everything that computes, waits, draws lots or reads a clock comes in through one of these.
 */

/** A dense tensor over memory that somebody else owns; `data.length` equals the product of `dims`. */
export interface TensorView {
  readonly dtype: 'float32' | 'int64' | 'int32' | 'bool' | 'uint8' | 'int8';
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;
}

/** A dense tensor in the memory of an executor's device. Only graphs of that executor can read it; `DeviceMemory.free` ends it. */
export interface DeviceTensor {
  readonly dtype: TensorView['dtype'];
  readonly dims: readonly number[];
  /** What the executor knows it by. */
  readonly handle: object;
}

/** Memory of a device beside the processor. What lies there is fed to graphs and written by them without crossing the bus. */
export interface DeviceMemory {
  /** Which form of a graph the device runs best; see `Op.emit`. */
  readonly target: 'webgpu';
  /** Float32 zeros. */
  allocate(dims: readonly number[]): Promise<DeviceTensor>;
  /** A copy on the device. */
  upload(view: TensorView): Promise<DeviceTensor>;
  /** Fills `into`, of the same type and shape: up to the device, down from it, or upon it. */
  copy(from: TensorView | DeviceTensor, into: TensorView | DeviceTensor): Promise<void>;
  free(tensor: DeviceTensor): void;
}

/** Values of a graph, wherever they lie. */
export type Tensors = Readonly<Record<string, TensorView | DeviceTensor>>;

/** A graph ready to run. One run at a time. */
export interface CompiledGraph {
  /**
   * Runs the graph and fills `outputs` in place; an output may share memory with an input of the same shape (gradient accumulation, KV cache).
   * @param feeds    every graph input by name
   * @param outputs  the outputs wanted, by name, with memory to write to
   */
  run(feeds: Tensors, outputs: Tensors): Promise<void>;
  dispose(): Promise<void>;
}

/** Turns ONNX bytes into something that runs; onnxruntime in the engine process, the reference executor in tests. */
export interface GraphExecutor {
  compile(onnx: Uint8Array, options?: { readonly label?: string }): Promise<CompiledGraph>;
  /** Absent where graphs run in the memory that everybody shares. */
  readonly device?: DeviceMemory;
  /** Milliseconds that runs have taken so far; absent where nobody counts them. */
  readonly computedMs?: number;
}

/** Whether a tensor lies on a device. */
export function isOnDevice(tensor: TensorView | DeviceTensor): tensor is DeviceTensor {
  return 'handle' in tensor;
}

/** A seeded stream of random numbers with a state that can be saved; see `random/rng.ts`. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** A new independent stream named by `label`; does not advance this one. */
  fork(label: string): Rng;
  /** Plain data from which `restoreRng` makes the same stream again. */
  save(): readonly number[];
}

export interface Clock {
  /** Milliseconds of a monotonic clock. */
  nowMs(): number;
}

/** Asked between steps; an AbortSignal fits. */
export interface CancelToken {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** A token that nobody cancels. */
export const NEVER_CANCELLED: CancelToken = { aborted: false, throwIfAborted: () => undefined };
