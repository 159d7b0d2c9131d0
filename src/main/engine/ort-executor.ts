import { WorkbenchError } from '@core/errors';
import { POISON_OUTPUT } from '@core/graph/encode';
import { isOnDevice, type CompiledGraph, type GraphExecutor, type Tensors, type TensorView } from '@core/ports';
import { ORT_BINDING, type BoundSession, type BoundTensor, type OrtBinding } from './ort-binding';
import { chooseThreads, readProcessor } from './processor';
import { describeTraits, planRuns, probeBinding, runStopped, type BindingTraits, type RunPlan } from './probe-binding';
import { memoryOf } from './weight-store';

/**
 * How long a thread waits for the next node before it sleeps: long enough for most, and short, since on a busy machine the one that it waits for may
 * have lost its core. It stops when the run ends, or the threads of one session would starve those of another (ADR 0115).
 */
const SPIN_MICROSECONDS = '100';

export interface OrtExecutorOptions {
  /** Threads of one operator; default: one for each physical core. */
  readonly threads?: number;
  /** Take this way instead of the one that the probe finds; for tests and comparisons. */
  readonly path?: RunPlan['path'];
  /** Another binding than onnxruntime-node; for tests. */
  readonly binding?: OrtBinding;
}

/** What the probe found and what follows. */
export interface BindingReport extends RunPlan {
  readonly traits: BindingTraits;
  /** One line for the log where the binding differs from the known version. */
  readonly note: string | null;
}

/**
 * Runs graphs with onnxruntime-node 1.30.0 on the CPU.
 *
 * The binding fills preallocated outputs in place and then copies each once more for its result object. A run that also asks for
 * `POISON_OUTPUT` stops before that copy. Whether all this holds is tried once, on a small graph; see `probe-binding.ts` for the plain ways.
 */
export class OrtExecutor implements GraphExecutor {
  readonly threads: number;
  readonly #path: RunPlan['path'] | null;
  readonly #binding: OrtBinding;
  readonly #clock = { computedMs: 0 };
  #report: Promise<BindingReport> | null = null;

  constructor({ threads, path, binding = ORT_BINDING }: OrtExecutorOptions = {}) {
    this.threads = threads ?? chooseThreads(readProcessor());
    this.#path = path ?? null;
    this.#binding = binding;
  }

  get computedMs(): number {
    return this.#clock.computedMs;
  }

  async compile(onnx: Uint8Array, { label = 'graph' }: { readonly label?: string } = {}): Promise<CompiledGraph> {
    const { path, copiesWasmInputs } = await this.report();
    const session = await this.#open(onnx, label);
    const canStop = session.outputNames.includes(POISON_OUTPUT);
    const plan = { path: path === 'stopped' && !canStop ? 'in place' : path, copiesWasmInputs } as const;
    return new OrtGraph({ binding: this.#binding, session, label, plan, clock: this.#clock });
  }

  /** What the binding does and how graphs are run therefore. */
  report(): Promise<BindingReport> {
    this.#report ??= this.#probe();
    return this.#report;
  }

  async #probe(): Promise<BindingReport> {
    const traits = await probeBinding(this.#binding);
    const plan = planRuns(traits);
    return { ...plan, path: this.#path ?? plan.path, traits, note: describeTraits(traits) };
  }

  async #open(onnx: Uint8Array, label: string): Promise<BoundSession> {
    try {
      return await this.#binding.open(onnx, {
        intraOpNumThreads: this.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'basic',
        enableCpuMemArena: true,
        enableMemPattern: false,
        logSeverityLevel: 3,
        extra: {
          session: { force_spinning_stop: '1', intra_op: { allow_spinning: '1', spin_duration_us: SPIN_MICROSECONDS } },
        },
      });
    } catch (cause) {
      throw describeRefusal(cause, label);
    }
  }
}

/** What the graphs of an executor have taken together. */
interface RunClock {
  computedMs: number;
}

interface OrtGraphParts {
  readonly binding: OrtBinding;
  readonly session: BoundSession;
  readonly label: string;
  readonly plan: RunPlan;
  readonly clock: RunClock;
}

class OrtGraph implements CompiledGraph {
  readonly #binding: OrtBinding;
  readonly #session: BoundSession;
  readonly #label: string;
  readonly #plan: RunPlan;
  readonly #clock: RunClock;
  /** Tensor objects of memory that comes again and again: weights, gradients, caches. */
  readonly #tensors = new WeakMap<object, BoundTensor>();

  constructor({ binding, session, label, plan, clock }: OrtGraphParts) {
    this.#binding = binding;
    this.#session = session;
    this.#label = label;
    this.#plan = plan;
    this.#clock = clock;
  }

  async run(feeds: Tensors, outputs: Tensors): Promise<void> {
    const given = onHost(feeds, this.#label);
    const targets = onHost(outputs, this.#label);
    const inputs = this.#wrapAll(this.#plan.copiesWasmInputs ? outsideWasm(given) : given);
    const beginMs = performance.now();
    try {
      await RUNS[this.#plan.path](this.#session, inputs, targets, () => this.#wrapAll(targets));
    } catch (cause) {
      throw describeRunError(cause, this.#label);
    } finally {
      this.#clock.computedMs += performance.now() - beginMs;
    }
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #wrapAll(views: Readonly<Record<string, TensorView>>): Record<string, BoundTensor> {
    const tensors: Record<string, BoundTensor> = {};
    for (const name in views) {
      const view = views[name];
      if (view) tensors[name] = this.#wrap(view);
    }
    return tensors;
  }

  #wrap(view: TensorView): BoundTensor {
    const known = this.#tensors.get(view);
    if (known) return known;
    const tensor = this.#binding.tensor(view);
    this.#tensors.set(view, tensor);
    return tensor;
  }
}

/** The same tensors. @throws WorkbenchError for one of another executor's device */
function onHost(tensors: Tensors, label: string): Readonly<Record<string, TensorView>> {
  const isHere = (all: Tensors): all is Readonly<Record<string, TensorView>> => !Object.values(all).some(isOnDevice);
  if (isHere(tensors)) return tensors;
  throw new WorkbenchError('internal', `"${label}" runs on the processor and was given a tensor of a device.`, {
    code: 'tensor-elsewhere',
    where: label,
  });
}

type Run = (
  session: BoundSession,
  inputs: Readonly<Record<string, BoundTensor>>,
  outputs: Readonly<Record<string, TensorView>>,
  fetches: () => Readonly<Record<string, BoundTensor>>,
) => Promise<void>;

/** One run by each way of getting its results. */
const RUNS: Readonly<Record<RunPlan['path'], Run>> = {
  async stopped(session, inputs, _outputs, fetches) {
    if (!(await runStopped(session, inputs, fetches())))
      throw new Error('The run ended without meeting the sequence output.');
  },
  async 'in place'(session, inputs, _outputs, fetches) {
    await session.run(inputs, fetches());
  },
  async copied(session, inputs, outputs) {
    const names = Object.keys(outputs);
    const results = await session.run(inputs, Object.fromEntries(names.map((name) => [name, null])));
    for (const name of names) copyInto(outputs[name], results[name]);
  },
};

function copyInto(target: TensorView | undefined, result: BoundTensor | undefined): void {
  if (!target || !result || typeof result.data === 'string' || !ArrayBuffer.isView(result.data))
    throw new Error('The run left a result out.');
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
  if (result.data.byteLength !== target.data.byteLength)
    throw new Error(`A result has ${result.data.byteLength} bytes instead of ${target.data.byteLength}.`);
  bytes(target.data).set(bytes(result.data));
}

/** The same tensors, those in WebAssembly memory copied out of it. */
function outsideWasm(views: Readonly<Record<string, TensorView>>): Record<string, TensorView> {
  return Object.fromEntries(
    Object.entries(views).map(([name, view]) => [
      name,
      memoryOf(view.data) ? { ...view, data: view.data.slice() } : view,
    ]),
  );
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
