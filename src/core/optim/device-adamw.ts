import { encodeGraph } from '../graph/encode';
import { Graph, type Value } from '../graph/graph';
import type { CompiledGraph, DeviceMemory, DeviceTensor, GraphExecutor, TensorView } from '../ports';
import type { Dims } from '../tensor/dims';
import { adamwFactors, type AdamWUpdate } from './adamw';

/** A tensor that learns on a device: gradient and moments lie beside it. */
export interface DeviceSlot {
  readonly weight: DeviceTensor;
  readonly gradient: DeviceTensor;
  readonly firstMoment: DeviceTensor;
  readonly secondMoment: DeviceTensor;
  /** [K, 1] int64, when the slot is only these rows of `weight`; the gradient has one waste row more. */
  readonly rowIds: TensorView | null;
}

/** Numbers of one update that every tensor shares. */
const SCALARS = ['gradientScale', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'correction', 'eps'] as const;
type Scalars = Readonly<Record<(typeof SCALARS)[number], DeviceTensor>>;

/** [1] for vectors, [1, 1] for matrices, or [rows, 1] where the rate differs from row to row. */
interface Rates {
  readonly decay: DeviceTensor;
  readonly stepSize: DeviceTensor;
}

/**
 * AdamW as ONNX graphs that write over what they read, so that weights, gradients and moments never leave the device. Only the norms of
 * the gradients come down, one number for each tensor.
 */
export class DeviceAdamW {
  readonly #executor: GraphExecutor;
  readonly #device: DeviceMemory;
  readonly #graphs = new Map<string, Promise<CompiledGraph>>();

  constructor(executor: GraphExecutor, device: DeviceMemory) {
    this.#executor = executor;
    this.#device = device;
  }

  /** Sets gradients to zero. */
  async clear(slots: readonly DeviceSlot[]): Promise<void> {
    for (const { gradient } of slots) {
      const rank = gradient.dims.length;
      const graph = await this.#graph(`clear/${rank}`, () => buildClearGraph(rank));
      await graph.run({ x: gradient }, { zero: gradient });
    }
  }

  /** Σ x² of each gradient, without its waste row; float32 sums of sums of rows. */
  async squaredNorms(slots: readonly DeviceSlot[]): Promise<Float32Array> {
    const key = slots.map(({ gradient, rowIds }) => `${gradient.dims.join('x')}${rowIds ? '-' : ''}`).join();
    const graph = await this.#graph(`norms/${key}`, () => buildNormsGraph(slots));
    const norms = new Float32Array(slots.length);
    const feeds = Object.fromEntries(slots.map(({ gradient }, index) => [`x${index}`, gradient]));
    await graph.run(feeds, { norms: { dtype: 'float32', dims: [slots.length], data: norms } });
    return norms;
  }

  /**
   * One AdamW step of each slot.
   * @param update    as for the kernel of the processor; `learningRate` before any factor
   * @param factorsOf factor of the rate for a slot: one, or one for each of its rows
   * @param decays    whether the slot's weights decay
   */
  async update(
    slots: readonly DeviceSlot[],
    update: AdamWUpdate,
    factorsOf: (index: number) => readonly number[],
    decays: (index: number) => boolean,
  ): Promise<void> {
    const uploaded: DeviceTensor[] = [];
    const upload = async (values: readonly number[], dims: readonly number[]): Promise<DeviceTensor> => {
      const tensor = await this.#device.upload({ dtype: 'float32', dims, data: Float32Array.from(values) });
      uploaded.push(tensor);
      return tensor;
    };
    const rates = new Map<string, Rates>();
    const ratesOf = async (factors: readonly number[], weightDecay: number, rank: number): Promise<Rates> => {
      const key = `${factors.join()}/${weightDecay}/${rank}`;
      const each = factors.map((factor) =>
        adamwFactors({ ...update, learningRate: update.learningRate * factor, weightDecay }),
      );
      const dims = rank === 1 ? [1] : [factors.length, 1];
      const known = rates.get(key) ?? {
        decay: await upload(
          each.map(({ decay }) => decay),
          dims,
        ),
        stepSize: await upload(
          each.map(({ stepSize }) => stepSize),
          dims,
        ),
      };
      rates.set(key, known);
      return known;
    };
    try {
      const scalars = await this.#uploadScalars(update, upload);
      for (const [index, slot] of slots.entries()) {
        const weightDecay = decays(index) ? update.weightDecay : 0;
        await this.#updateSlot(slot, scalars, await ratesOf(factorsOf(index), weightDecay, slot.weight.dims.length));
      }
    } finally {
      for (const tensor of uploaded) this.#device.free(tensor);
    }
  }

  async dispose(): Promise<void> {
    const graphs = [...this.#graphs.values()];
    this.#graphs.clear();
    for (const graph of graphs) await (await graph).dispose();
  }

  async #uploadScalars(
    update: AdamWUpdate,
    upload: (values: readonly number[], dims: readonly number[]) => Promise<DeviceTensor>,
  ): Promise<Scalars> {
    const values: Readonly<Record<keyof Scalars, number>> = {
      gradientScale: update.gradientScale,
      beta1: update.beta1,
      oneMinusBeta1: 1 - update.beta1,
      beta2: update.beta2,
      oneMinusBeta2: 1 - update.beta2,
      correction: adamwFactors(update).inverseRootCorrection,
      eps: update.eps,
    };
    const tensors: Partial<Record<keyof Scalars, DeviceTensor>> = {};
    for (const name of SCALARS) tensors[name] = await upload([values[name]], [1]);
    // Every name of the list has been set.
    return tensors as Scalars;
  }

  async #updateSlot(slot: DeviceSlot, scalars: Scalars, rates: Rates): Promise<void> {
    const { weight, gradient, firstMoment, secondMoment, rowIds } = slot;
    const rank = weight.dims.length;
    const kind = rowIds ? 'rows' : `rank ${rank}`;
    const graph = await this.#graph(`update/${kind}`, () => buildUpdateGraph(rank, rowIds !== null));
    const feeds = { weight, gradient, firstMoment, secondMoment, ...scalars, ...rates, ...(rowIds && { rowIds }) };
    await graph.run(feeds, { weightAfter: weight, firstAfter: firstMoment, secondAfter: secondMoment });
  }

  #graph(key: string, build: () => Graph): Promise<CompiledGraph> {
    const known = this.#graphs.get(key);
    if (known) return known;
    const graph = build();
    const compiling = this.#executor.compile(encodeGraph(graph, { poison: false }), { label: graph.name });
    this.#graphs.set(key, compiling);
    // What was refused need not be given back.
    compiling.catch(() => this.#graphs.delete(key));
    return compiling;
  }
}

function axesOf(rank: number): Dims {
  return Array.from({ length: rank }, (_, axis) => `D${axis}`);
}

function buildClearGraph(rank: number): Graph {
  const graph = new Graph('clear');
  const dims = axesOf(rank);
  const shape = graph.single('Shape', [graph.input('x', 'float32', dims)], [rank], { dtype: 'int64' });
  graph.output('zero', graph.single('Expand', [graph.float(0), shape], dims));
  return graph;
}

function buildNormsGraph(slots: readonly DeviceSlot[]): Graph {
  const graph = new Graph('norms');
  const norms = slots.map(({ gradient: { dims }, rowIds }, index) => {
    const x = graph.input(`x${index}`, 'float32', dims);
    const used = rowIds ? withoutWaste(graph, x, dims) : x;
    let total = graph.single('Mul', [used, used], used.dims);
    // Rows first: a sum of sums loses less than one long sum.
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      total = graph.single('ReduceSum', [total, graph.int64([axis])], total.dims.with(axis, 1), {
        attributes: { keepdims: 1 },
      });
    }
    return graph.single('Reshape', [total, graph.int64([1])], [1]);
  });
  graph.output('norms', graph.single('Concat', norms, [slots.length], { attributes: { axis: 0 } }));
  return graph;
}

/** [K + 1, D] without its last row. */
function withoutWaste(graph: Graph, x: Value, dims: Dims): Value {
  return graph.single(
    'Slice',
    [x, graph.int64([0]), graph.int64([-1]), graph.int64([0])],
    [typeof dims[0] === 'number' ? dims[0] - 1 : 'K', ...dims.slice(1)],
  );
}

/**
 * w ← w·decay − stepSize·m / (√v·correction + eps), m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², g ← g·gradientScale.
 * Every input that an output overwrites is read by one node only, and that node comes before the one that writes.
 */
function buildUpdateGraph(rank: number, rowsOnly: boolean): Graph {
  const graph = new Graph('adamw');
  const dims = rowsOnly ? ['K', 'D1'] : axesOf(rank);
  const weight = graph.input('weight', 'float32', axesOf(rank));
  const gradient = graph.input('gradient', 'float32', rowsOnly ? ['K1', 'D1'] : dims);
  const before = {
    first: graph.input('firstMoment', 'float32', dims),
    second: graph.input('secondMoment', 'float32', dims),
  };
  const scalar = Object.fromEntries(SCALARS.map((name) => [name, graph.input(name, 'float32', [1])]));
  const [decay, stepSize] = ['decay', 'stepSize'].map((name) =>
    graph.input(name, 'float32', rank === 1 ? [1] : ['rateRows', 1]),
  );
  const both = (opType: string, a: Value | undefined, b: Value | undefined): Value =>
    graph.single(opType, [a ?? null, b ?? null], dims);
  const rowIds = rowsOnly ? graph.input('rowIds', 'int64', ['K', 1]) : null;

  const g = both('Mul', rowsOnly ? withoutWaste(graph, gradient, ['K1', 'D1']) : gradient, scalar['gradientScale']);
  const first = both('Add', both('Mul', before.first, scalar['beta1']), both('Mul', g, scalar['oneMinusBeta1']));
  const second = both(
    'Add',
    both('Mul', before.second, scalar['beta2']),
    both('Mul', both('Mul', g, g), scalar['oneMinusBeta2']),
  );
  const root = both('Mul', graph.single('Sqrt', [second], dims), scalar['correction']);
  const move = both('Mul', both('Div', first, both('Add', root, scalar['eps'])), stepSize);
  const old = rowIds
    ? graph.single('Gather', [weight, graph.single('Reshape', [rowIds, graph.int64([-1])], ['K'])], dims)
    : weight;
  const moved = both('Sub', both('Mul', old, decay), move);
  graph.output('firstAfter', first);
  graph.output('secondAfter', second);
  graph.output('weightAfter', rowIds ? graph.single('ScatterND', [weight, rowIds, moved], weight.dims) : moved);
  return graph;
}
