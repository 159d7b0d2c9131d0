import { InferenceSession, type Tensor } from 'onnxruntime-node';
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
  readonly #copies = new Map<string, Promise<InferenceSession>>();
  readonly #logSeverity: 0 | 3;
  #last: Promise<unknown> = Promise.resolve();

  /** @param options.logPlacement let onnxruntime write on stderr which provider got which node; for tests */
  constructor({ logPlacement = false }: { readonly logPlacement?: boolean } = {}) {
    this.#logSeverity = logPlacement ? 0 : 3;
    this.device = {
      target: 'webgpu',
      upload: (view) => this.#inTurn(() => this.#upload(view)),
      download: (tensor, into) => this.#inTurn(() => this.#download(tensor, into)),
      free: (tensor) => handleOf(tensor).dispose(),
    };
  }

  async compile(onnx: Uint8Array, { label = 'graph' }: { readonly label?: string } = {}): Promise<CompiledGraph> {
    const session = await this.#inTurn(() => this.#open(onnx, 'given', label));
    return {
      run: (feeds, outputs) => this.#inTurn(() => runInto(session, feeds, outputs, label)),
      dispose: () => this.#inTurn(() => session.release()),
    };
  }

  /** Gives back the sessions that move tensors. */
  async dispose(): Promise<void> {
    const copies = [...this.#copies.values()];
    this.#copies.clear();
    for (const copy of copies) await this.#inTurn(async () => (await copy).release());
  }

  async #upload(view: TensorView): Promise<DeviceTensor> {
    const session = await this.#copy(view, 'new on the device');
    const { y } = await session.run({ x: toTensor(view) });
    if (!y) throw new WorkbenchError('internal', 'The device took no tensor.', { code: 'upload-failed' });
    return { dtype: view.dtype, dims: view.dims, handle: y };
  }

  async #download(tensor: DeviceTensor, into: TensorView): Promise<void> {
    await runInto(await this.#copy(tensor, 'given'), { x: tensor }, { y: into }, 'download');
  }

  /** A session that only copies, for tensors of one type and rank. */
  #copy({ dtype, dims }: TensorView | DeviceTensor, outputs: Outputs): Promise<InferenceSession> {
    const key = `${outputs}/${dtype}/${dims.length}`;
    const known = this.#copies.get(key);
    if (known) return known;
    const graph = new Graph('copy');
    const axes = dims.map((_, axis) => `D${axis}`);
    graph.output('y', graph.single('Identity', [graph.input('x', dtype, axes)], axes));
    const session = this.#open(encodeGraph(graph, { poison: false }), outputs, 'copy');
    this.#copies.set(key, session);
    return session;
  }

  async #open(onnx: Uint8Array, outputs: Outputs, label: string): Promise<InferenceSession> {
    try {
      return await InferenceSession.create(onnx, {
        executionProviders: ['webgpu'],
        graphOptimizationLevel: 'basic',
        executionMode: 'sequential',
        // What falls back to the processor are shapes and indices: a thread of their own would only spin.
        intraOpNumThreads: 1,
        logSeverityLevel: this.#logSeverity,
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
