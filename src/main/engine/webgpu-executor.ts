import { InferenceSession, listSupportedBackends, type Tensor } from 'onnxruntime-node';
import { WorkbenchError } from '@core/errors';
import { encodeGraph } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import {
  isOnDevice,
  type CompiledGraph,
  type DeviceMemory,
  type DeviceTensor,
  type GraphExecutor,
  type Tensors,
  type TensorView,
} from '@core/ports';
import { toTensor } from './ort-binding';
import { describeRefusal, describeRunError } from './ort-executor';

/** Where a session puts its outputs: into what the caller gives, or into new memory of the device. */
type Outputs = 'given' | 'new on the device';

/**
 * Runs graphs with onnxruntime-node's WebGPU provider: Dawn over Vulkan, Direct3D 12 or Metal. Tensors of the device pass from session to
 * session, and one given as an output is written in place.
 *
 * Rules learned from the binding 1.30.0, each the hard way: a device tensor's own `getData` ends the process, so values come down through a
 * session; two threads that use WebGPU at once crash, so every call of one executor waits for the one before, and a process has one executor.
 */
export class WebGpuExecutor implements GraphExecutor {
  readonly device: DeviceMemory;
  readonly #services = new Map<string, Promise<InferenceSession>>();
  readonly #profilePrefix: string | null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param options.profilePrefix each compiled graph writes a profile to a file of this beginning when it is disposed; for tests */
  constructor({ profilePrefix = null }: { readonly profilePrefix?: string | null } = {}) {
    this.#profilePrefix = profilePrefix;
    this.device = {
      target: 'webgpu',
      allocate: (dims) => this.#inTurn(() => this.#allocate(dims)),
      upload: (view) => this.#inTurn(() => this.#upload(view)),
      copy: (from, into) =>
        this.#inTurn(async () => runInto(await this.#copier(from, 'given'), { x: from }, { y: into }, 'copy')),
      free: (tensor) => handleOf(tensor).dispose(),
    };
  }

  async compile(onnx: Uint8Array, { label = 'graph' }: { readonly label?: string } = {}): Promise<CompiledGraph> {
    const session = await this.#inTurn(() => this.#open(onnx, 'given', label, this.#profilePrefix));
    return {
      run: (feeds, outputs) => this.#inTurn(() => runInto(session, feeds, outputs, label)),
      dispose: () =>
        this.#inTurn(async () => {
          if (this.#profilePrefix !== null) session.endProfiling();
          await session.release();
        }),
    };
  }

  /** Gives back the sessions that move tensors. */
  async dispose(): Promise<void> {
    const services = [...this.#services.values()];
    this.#services.clear();
    for (const service of services) await this.#inTurn(async () => (await service).release());
  }

  async #allocate(dims: readonly number[]): Promise<DeviceTensor> {
    const session = await this.#service(`zeros/${dims.length}`, 'new on the device', () => buildZeros(dims.length));
    const shape = { dtype: 'int64', dims: [dims.length], data: BigInt64Array.from(dims, BigInt) } as const;
    return takeMade(await session.run({ shape: toTensor(shape) }), 'float32', dims);
  }

  async #upload(view: TensorView): Promise<DeviceTensor> {
    const session = await this.#copier(view, 'new on the device');
    return takeMade(await session.run({ x: toTensor(view) }), view.dtype, view.dims);
  }

  /** A session that only copies, for tensors of one type and rank. */
  #copier({ dtype, dims }: TensorView | DeviceTensor, outputs: Outputs): Promise<InferenceSession> {
    return this.#service(`${dtype}/${dims.length}`, outputs, () => buildCopy(dtype, dims.length));
  }

  /** A session of the executor's own, opened at first use. */
  #service(key: string, outputs: Outputs, build: () => Graph): Promise<InferenceSession> {
    const name = `${outputs}/${key}`;
    const known = this.#services.get(name);
    if (known) return known;
    const session = this.#open(encodeGraph(build(), { poison: false }), outputs, key);
    this.#services.set(name, session);
    // What never opened need not be given back.
    session.catch(() => this.#services.delete(name));
    return session;
  }

  async #open(
    onnx: Uint8Array,
    outputs: Outputs,
    label: string,
    profilePrefix: string | null = null,
  ): Promise<InferenceSession> {
    try {
      return await InferenceSession.create(onnx, {
        executionProviders: ['webgpu'],
        graphOptimizationLevel: 'basic',
        executionMode: 'sequential',
        // What falls back to the processor are shapes and indices: a thread of their own would only spin.
        intraOpNumThreads: 1,
        logSeverityLevel: 3,
        ...(profilePrefix !== null && { enableProfiling: true, profileFilePrefix: profilePrefix }),
        ...(outputs === 'new on the device' && { preferredOutputLocation: 'gpu-buffer' }),
      });
    } catch (cause) {
      throw describeRefusal(cause, label);
    }
  }

  /** After everything asked for earlier, whether that went well or not. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Ways to compute that this build of onnxruntime lists; `bundled` ones need nothing that the package does not bring. */
export function listBackends(): readonly { readonly name: string; readonly bundled: boolean }[] {
  return listSupportedBackends();
}

/** Why there is no WebGPU here, or null when a device takes a tensor and lets go of it. */
export async function tryWebGpu(): Promise<string | null> {
  const executor = new WebGpuExecutor();
  try {
    executor.device.free(await executor.device.allocate([4]));
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return cause.replace(/^.*was false\. /s, '').trim();
  } finally {
    await executor.dispose();
  }
}

function axesOf(rank: number): readonly string[] {
  return Array.from({ length: rank }, (_, axis) => `D${axis}`);
}

function buildCopy(dtype: TensorView['dtype'], rank: number): Graph {
  const graph = new Graph('copy');
  graph.output('y', graph.single('Identity', [graph.input('x', dtype, axesOf(rank))], axesOf(rank)));
  return graph;
}

function buildZeros(rank: number): Graph {
  const graph = new Graph('zeros');
  const shape = graph.input('shape', 'int64', [rank]);
  graph.output('y', graph.single('Expand', [graph.float(0), shape], axesOf(rank)));
  return graph;
}

function takeMade({ y }: InferenceSession.OnnxValueMapType, dtype: TensorView['dtype'], dims: readonly number[]) {
  if (!y) throw new WorkbenchError('internal', 'The device made no tensor.', { code: 'device-memory' });
  return { dtype, dims, handle: y } satisfies DeviceTensor;
}

async function runInto(session: InferenceSession, feeds: Tensors, outputs: Tensors, label: string): Promise<void> {
  try {
    await session.run(tensorsOf(feeds), tensorsOf(outputs));
  } catch (cause) {
    throw describeRunError(cause, label);
  }
}

function tensorsOf(tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, isOnDevice(tensor) ? handleOf(tensor) : toTensor(tensor)]),
  );
}

function handleOf({ handle }: DeviceTensor): Tensor {
  // Handles of this executor are the tensors that its own sessions gave.
  return handle as Tensor;
}
