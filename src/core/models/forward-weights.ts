import type { Graph, Value } from '../graph/graph';
import { joinedName } from './adjoining';
import { EMBEDDING } from './decoder/parameters';
import type { ParameterStore } from './model-config';
import { streamedWeights } from './streamed-weights';
import { INT4_BLOCK, int4Blocks, type Quantiser, type WeightMatrix } from './quantise';

/** Domain of onnxruntime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** A linear layer: x Wᵀ (+ b), W as Hugging Face stores it, [outSize, in]. */
export interface LinearSpec {
  /** Name of the weight without `.weight`. */
  readonly module: string;
  readonly outSize: number;
  readonly hasBias: boolean;
}

/** Where the weights of a forward graph come from. */
export interface ForwardWeights {
  /** Whether the graph holds weights as they are now, and is of no use once they change. */
  readonly isSnapshot: boolean;
  /** A tensor as it is in the store. */
  tensor(graph: Graph, name: string, dims: readonly number[]): Value;
  /** Rows [N, in] in the form in which `linears` takes and gives them; what is done element by element may be done in between. */
  enter(graph: Graph, rows: Value): Value;
  /** The reverse: [N, out]. */
  leave(graph: Graph, entered: Value): Value;
  /**
   * Several linear layers of the same input.
   * @param x what `enter` gives for [N, in]
   * @returns the same for [N, outSize] of each
   */
  linears(graph: Graph, x: Value, specs: readonly LinearSpec[]): readonly Value[];
  /**
   * The same as one product whose results lie behind each other.
   * @returns what `enter` would give for [N, Σ outSize]; null where the weights cannot be read as one
   */
  joined(graph: Graph, x: Value, specs: readonly LinearSpec[]): Value | null;
}

export type WeightSource = 'shared' | 'streamed' | 'baked' | 'int8' | 'int8ByRow' | 'int4';

export interface WeightSourceOptions {
  readonly parameters: ParameterStore;
  readonly quantiser: Quantiser;
  /** Largest magnitude of an int8 weight. */
  readonly int8Largest: number;
}

/** Products take rows as they are. */
const AS_ROWS = { enter: (_: Graph, rows: Value) => rows, leave: (_: Graph, entered: Value) => entered };

/** Every weight as an input of the graph: the memory that the trainer writes to. */
export const SHARED_WEIGHTS: ForwardWeights = {
  isSnapshot: false,
  ...AS_ROWS,
  tensor: inputOf,
  linears: (...args) => gemms(inputOf, ...args),
  joined: () => null,
};

/** What a graph may read, by name. */
export const FORWARD_WEIGHTS: Readonly<Record<WeightSource, (options: WeightSourceOptions) => ForwardWeights>> = {
  shared: () => SHARED_WEIGHTS,
  /** The same memory as the left factor of each product; for a few rows. See `streamed-weights.ts`. */
  streamed: ({ parameters }) => streamedWeights(inputOf, parameters),
  /** Constants, which onnxruntime packs once instead of with every run: for models so small that compiling anew costs nothing. */
  baked: ({ parameters }) => {
    const tensor = constantOf(parameters);
    return {
      isSnapshot: true,
      ...AS_ROWS,
      tensor,
      linears: (...args) => gemms(tensor, ...args),
      joined: () => null,
    };
  },
  /** The input of each product has one scale for all its rows. */
  int8: (options) => quantised(options, int8Product),
  /** Each row of an input has a scale of its own, for inputs whose rows differ much, above all a text's first token. */
  int8ByRow: (options) => quantised(options, int8ProductByRow),
  int4: (options) => quantised(options, int4Product),
};

export type TensorOf = ForwardWeights['tensor'];

function inputOf(graph: Graph, name: string, dims: readonly number[]): Value {
  return graph.inputs.find((input) => input.name === name) ?? graph.input(name, 'float32', dims);
}

function constantOf(parameters: ParameterStore): TensorOf {
  return (graph, name, dims) => graph.table(name, dims, () => parameters.get(name).data);
}

function gemms(tensor: TensorOf, graph: Graph, x: Value, specs: readonly LinearSpec[]): readonly Value[] {
  return specs.map(({ module, outSize, hasBias }) => {
    const inputs = [x, tensor(graph, `${module}.weight`, [outSize, Number(x.dims.at(-1))])];
    if (hasBias) inputs.push(tensor(graph, `${module}.bias`, [outSize]));
    return graph.single('Gemm', inputs, ['N', outSize], { attributes: { transB: 1 } });
  });
}

/** One product for all layers of an input: the weights lie above each other. */
interface JoinedLinears {
  readonly name: string;
  readonly matrices: () => readonly WeightMatrix[];
  readonly rows: number;
  readonly columns: number;
  /** [rows] */
  readonly bias: Value | null;
}

type EmitProduct = (graph: Graph, x: Value, linears: JoinedLinears, options: WeightSourceOptions) => Value;

/** Everything a constant but the embedding: its rows are looked up, not multiplied with, so the exact ones serve. */
function quantised(options: WeightSourceOptions, emit: EmitProduct): ForwardWeights {
  const { parameters } = options;
  const constant = constantOf(parameters);
  const joined = (graph: Graph, x: Value, specs: readonly LinearSpec[]): Value => {
    const name = joinedName(specs.map(({ module }) => module));
    const columns = Number(x.dims.at(-1));
    const rows = specs.reduce((sum, { outSize }) => sum + outSize, 0);
    const matrices = () =>
      specs.map(({ module, outSize }) => ({ data: parameters.get(`${module}.weight`).data, rows: outSize, columns }));
    const bias = specs.some(({ hasBias }) => hasBias)
      ? graph.lazyTable(`${name}.bias`, 'float32', [rows], () => joinBiases(parameters, specs, rows))
      : null;
    return emit(graph, x, { name, matrices, rows, columns, bias }, options);
  };
  return {
    isSnapshot: true,
    ...AS_ROWS,
    tensor: (graph, name, dims) => (name === EMBEDDING ? inputOf : constant)(graph, name, dims),
    joined,
    linears(graph, x, specs) {
      const product = joined(graph, x, specs);
      if (specs.length === 1) return [product];
      return graph.node('Split', [product, graph.int64(specs.map(({ outSize }) => outSize))], {
        attributes: { axis: 1 },
        outputs: specs.map(({ outSize }) => ({ dims: ['N', outSize] })),
      });
    },
  };
}

const int8Product: EmitProduct = (graph, x, { name, matrices, rows, columns, bias }, { quantiser, int8Largest }) => {
  // Made by one call, wanted as two constants, the values first: they are written in this order.
  let scales = new Float32Array(rows);
  const values = graph.lazyTable(`${name}.int8`, 'int8', [columns, rows], () => {
    const made = quantiser.int8(matrices(), int8Largest);
    scales = made.scales.slice();
    return made.values;
  });
  const scale = graph.lazyTable(`${name}.int8.scale`, 'float32', [rows], () => scales);
  return graph.single('DynamicQuantizeMatMul', [x, values, scale, null, bias], ['N', rows], { domain: MICROSOFT });
};

/** Keeps a row of zeros from being divided by zero. */
const TINY = 1e-30;

/** Brings every row's largest magnitude to 1 for the product, and back afterwards. */
const int8ProductByRow: EmitProduct = (graph, x, linears, options) => {
  const magnitude = graph.single('Abs', [x], x.dims);
  const largest = graph.single('ReduceMax', [magnitude, graph.int64([-1])], ['N', 1], { attributes: { keepdims: 1 } });
  const size = graph.single('Add', [largest, graph.float(TINY)], ['N', 1]);
  const even = graph.single('Div', [x, size], x.dims);
  const product = int8Product(graph, even, { ...linears, bias: null }, options);
  const restored = graph.single('Mul', [product, size], product.dims);
  return linears.bias === null ? restored : graph.single('Add', [restored, linears.bias], restored.dims);
};

const int4Product: EmitProduct = (graph, x, { name, matrices, rows, columns, bias }, { quantiser }) => {
  const blocks = int4Blocks(columns);
  let made = { scales: new Float32Array(0), zeros: new Uint8Array(0) };
  const values = graph.lazyTable(`${name}.int4`, 'uint8', [rows, blocks, INT4_BLOCK / 2], () => {
    const weights = quantiser.int4(matrices());
    made = { scales: weights.scales.slice(), zeros: weights.zeros.slice() };
    return weights.values;
  });
  const scale = graph.lazyTable(`${name}.int4.scale`, 'float32', [rows * blocks], () => made.scales);
  const zeros = graph.lazyTable(`${name}.int4.zero`, 'uint8', [rows * Math.ceil(blocks / 2)], () => made.zeros);
  return graph.single('MatMulNBits', [x, values, scale, zeros, null, bias], ['N', rows], {
    domain: MICROSOFT,
    // Level 4: the input is taken as int8 as well, block by block.
    attributes: { K: columns, N: rows, bits: 4, block_size: INT4_BLOCK, accuracy_level: 4 },
  });
};

function joinBiases(parameters: ParameterStore, specs: readonly LinearSpec[], rows: number): Float32Array {
  const joined = new Float32Array(rows);
  let at = 0;
  for (const { module, outSize, hasBias } of specs) {
    if (hasBias) joined.set(parameters.get(`${module}.bias`).data, at);
    at += outSize;
  }
  return joined;
}
