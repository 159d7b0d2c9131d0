import { cpus } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { WorkbenchError } from '@core/errors';
import { encodeGraph, POISON_OUTPUT } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import { isOnDevice, type CompiledGraph, type GraphExecutor, type Tensors, type TensorView } from '@core/ports';

/** What the binding says when it meets the sequence output, after every other output has been filled. */
const POISON_MESSAGE = 'Non tensor type is temporarily not supported';

export interface OrtExecutorOptions {
  /** Threads of one operator; default: half of the logical processors when there are more than two, else all. */
  readonly threads?: number;
  /** Skip the copy-free way even where it works; for tests and comparisons. */
  readonly copyOutputs?: boolean;
}

/**
 * Runs graphs with onnxruntime-node 1.30.0 on the CPU. With `webgpu-executor.ts` the only file that knows the package.
 *
 * The binding fills preallocated outputs in place and then copies each once more for its result object. A run that also asks for
 * `POISON_OUTPUT` stops before that copy; whether this holds is tried once, on a small graph, and the plain way is taken otherwise.
 */
export class OrtExecutor implements GraphExecutor {
  readonly #threads: number;
  readonly #copyOutputs: boolean;
  #isCopyFree: Promise<boolean> | null = null;

  constructor({ threads = defaultThreads(), copyOutputs = false }: OrtExecutorOptions = {}) {
    this.#threads = threads;
    this.#copyOutputs = copyOutputs;
  }

  async compile(onnx: Uint8Array, { label = 'graph' }: { readonly label?: string } = {}): Promise<CompiledGraph> {
    const session = await this.#open(onnx, label);
    const copyFree = session.outputNames.includes(POISON_OUTPUT) && (await this.isCopyFree());
    return new OrtGraph(session, label, copyFree);
  }

  /** Whether outputs are written in place without the binding's copy. */
  isCopyFree(): Promise<boolean> {
    this.#isCopyFree ??= this.#copyOutputs ? Promise.resolve(false) : this.#probe();
    return this.#isCopyFree;
  }

  async #open(onnx: Uint8Array, label: string): Promise<InferenceSession> {
    try {
      return await InferenceSession.create(onnx, {
        intraOpNumThreads: this.#threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'basic',
        enableCpuMemArena: true,
        enableMemPattern: false,
        logSeverityLevel: 3,
        // Spinning threads of one session starve the others in the process: 339 -> 187 GF/s with two sessions.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
    } catch (cause) {
      throw describeRefusal(cause, label);
    }
  }

  /** y = x + 1 written over x, twice: in place, with the right value, and stopped by exactly the expected message. */
  async #probe(): Promise<boolean> {
    const graph = new Graph('probe');
    const x = graph.input('x', 'float32', [4]);
    graph.output('y', graph.single('Add', [x, graph.float(1)], [4]));
    const session = await this.#open(encodeGraph(graph), 'probe');
    const data = Float32Array.of(1, 2, 3, 4);
    const tensor = new Tensor('float32', data, [4]);
    try {
      for (let run = 0; run < 2; run++) await runPoisoned(session, { x: tensor }, { y: tensor });
      return data.join() === '3,4,5,6';
    } catch {
      return false;
    } finally {
      await session.release();
    }
  }
}

class OrtGraph implements CompiledGraph {
  readonly #session: InferenceSession;
  readonly #label: string;
  readonly #copyFree: boolean;
  /** Tensor objects of memory that comes again and again: weights, gradients, caches. */
  readonly #tensors = new WeakMap<object, Tensor>();

  constructor(session: InferenceSession, label: string, copyFree: boolean) {
    this.#session = session;
    this.#label = label;
    this.#copyFree = copyFree;
  }

  async run(feeds: Tensors, outputs: Tensors): Promise<void> {
    const inputs = this.#wrapAll(feeds);
    const fetches = this.#wrapAll(outputs);
    try {
      if (this.#copyFree) await runPoisoned(this.#session, inputs, fetches);
      else await this.#session.run(inputs, fetches);
    } catch (cause) {
      throw describeRunError(cause, this.#label);
    }
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #wrapAll(views: Tensors): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    for (const name in views) {
      const view = views[name];
      if (view) tensors[name] = this.#wrap(onHost(view, this.#label));
    }
    return tensors;
  }

  #wrap(view: TensorView): Tensor {
    const known = this.#tensors.get(view);
    if (known) return known;
    const tensor = toTensor(view);
    this.#tensors.set(view, tensor);
    return tensor;
  }
}

/** @throws WorkbenchError for a tensor of another executor's device */
function onHost(tensor: Tensors[string], label: string): TensorView {
  if (!isOnDevice(tensor)) return tensor;
  throw new WorkbenchError('internal', `"${label}" runs on the processor and was given a tensor of a device.`, {
    code: 'tensor-elsewhere',
    where: label,
  });
}

export function toTensor({ dtype, dims, data }: TensorView): Tensor {
  // The binding copies the dims, and its constructor overloads want the element type and array type as a literal pair.
  return new Tensor(dtype as 'float32', data as Float32Array, [...dims]);
}

async function runPoisoned(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor>,
): Promise<void> {
  try {
    await session.run(feeds, { [POISON_OUTPUT]: null, ...fetches });
  } catch (error) {
    if (error instanceof Error && error.message.includes(POISON_MESSAGE)) return;
    throw error;
  }
  throw new Error('The run ended without meeting the sequence output.');
}

export function describeRefusal(cause: unknown, label: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    `onnxruntime refused the graph "${label}".`,
    { code: 'graph-refused', where: label },
    { cause },
  );
}

export function describeRunError(cause: unknown, label: string): WorkbenchError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/alloc|out of memory|bad_alloc/i.test(text)) {
    return new WorkbenchError(
      'resource',
      'The computer ran out of memory during a step.',
      {
        code: 'out-of-memory',
        where: label,
        kept: 'Everything up to the last checkpoint.',
        wayOut: 'Lower the tokens per pass, or train with LoRA.',
      },
      { cause },
    );
  }
  return new WorkbenchError(
    'internal',
    `onnxruntime could not run "${label}": ${text.slice(0, 300)}`,
    { code: 'graph-run', where: label },
    { cause },
  );
}

/** Physical cores, as far as Node can tell: hyper-threads share the units that matrix products are bound by. */
function defaultThreads(): number {
  const logical = cpus().length;
  return Math.max(1, logical <= 2 ? logical : Math.floor(logical / 2));
}
