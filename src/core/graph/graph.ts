import { ShapeError } from '../errors';
import type { Dims } from '../tensor/dims';

/** Element types that our graphs use. */
export type GraphDType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8' | 'int8';

/** A value in a graph: the output of a node, an input, or a constant. */
export interface Value {
  readonly name: string;
  readonly dtype: GraphDType;
  readonly dims: Dims;
}

export type Attribute =
  number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] };

/** One ONNX operator. An absent optional input is null. Whole numbers are int attributes; write `{float: x}` for a float one. */
export interface GraphNode {
  readonly opType: string;
  /** '' is ai.onnx; `com.microsoft` holds the contributed operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;

/** A tensor stored in the model itself. */
export interface Constant {
  readonly value: Value;
  /** The elements, or what makes them at the moment they are written: one constant after the other, so memory can be used again. */
  readonly data: ConstantData | (() => ConstantData);
}

export interface NodeSpec {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Type and shape of each output; the dtype defaults to that of the first input. */
  readonly outputs: readonly { readonly dims: Dims; readonly dtype?: GraphDType }[];
}

/**
 * An ONNX graph under construction: nodes in an order that runs, named inputs and outputs, shared constants.
 * Knows nothing of any runtime; `encode.ts` writes it as bytes.
 */
export class Graph {
  readonly name: string;
  readonly inputs: Value[] = [];
  readonly outputs: { readonly name: string; readonly value: Value }[] = [];
  nodes: GraphNode[] = [];
  #constants = new Map<string, Constant>();
  #nextId = 0;

  constructor(name: string) {
    this.name = name;
  }

  get constants(): readonly Constant[] {
    return [...this.#constants.values()];
  }

  input(name: string, dtype: GraphDType, dims: Dims): Value {
    if (this.inputs.some((value) => value.name === name))
      throw new ShapeError(`The graph "${this.name}" already has an input "${name}".`);
    const value = { name, dtype, dims };
    this.inputs.push(value);
    return value;
  }

  /** Adds a node and returns its outputs. */
  node(opType: string, inputs: readonly (Value | null)[], spec: NodeSpec): Value[] {
    const id = this.#nextId++;
    const fallback = inputs.find((value) => value !== null)?.dtype ?? 'float32';
    const outputs = spec.outputs.map(({ dims, dtype }, index) => ({
      name: index === 0 ? `${opType}#${id}` : `${opType}#${id}:${index}`,
      dtype: dtype ?? fallback,
      dims,
    }));
    this.nodes.push({
      opType,
      domain: spec.domain ?? '',
      name: `${opType}#${id}`,
      inputs,
      outputs,
      attributes: spec.attributes ?? {},
    });
    return outputs;
  }

  /** A node with one output. */
  single(
    opType: string,
    inputs: readonly (Value | null)[],
    dims: Dims,
    spec: Omit<NodeSpec, 'outputs'> & { readonly dtype?: GraphDType } = {},
  ): Value {
    const { dtype, ...rest } = spec;
    const [output] = this.node(opType, inputs, { ...rest, outputs: [{ dims, ...(dtype && { dtype }) }] });
    if (!output) throw new ShapeError(`The node ${opType} has no output.`);
    return output;
  }

  /** Marks a value as a result under `name`. */
  output(name: string, value: Value): void {
    if (this.outputs.some((output) => output.name === name))
      throw new ShapeError(`The graph "${this.name}" already has an output "${name}".`);
    this.outputs.push({ name, value });
  }

  /** Integers as an int64 tensor ([] is a scalar); equal constants are stored once. */
  int64(values: readonly number[] | number): Value {
    const list = typeof values === 'number' ? [values] : values;
    const dims = typeof values === 'number' ? [] : [values.length];
    return this.#constant(`i64${dims.length}:${list.join(',')}`, 'int64', dims, () => BigInt64Array.from(list, BigInt));
  }

  /** A float32 scalar; equal constants are stored once. */
  float(value: number): Value {
    return this.#constant(`f32:${value}`, 'float32', [], () => Float32Array.of(value));
  }

  /** A uint8 scalar; equal constants are stored once. */
  uint8(value: number): Value {
    return this.#constant(`u8:${value}`, 'uint8', [], () => Uint8Array.of(value));
  }

  /** A tensor under a name of its own, e.g. a cosine table. The same name twice gives the first one. */
  table(name: string, dims: readonly number[], make: () => Float32Array): Value {
    return this.#constant(`table:${name}`, 'float32', dims, make, name);
  }

  /** As `table`, of any element type, and made only when the graph is written; see `Constant.data`. */
  lazyTable(name: string, dtype: GraphDType, dims: readonly number[], make: () => ConstantData): Value {
    return this.#constant(`table:${name}`, dtype, dims, () => make, name);
  }

  /**
   * Drops every node, constant and input that no output needs. onnxruntime keeps dead nodes, so this is not cosmetic.
   * @param keepInputs leave unused inputs in place
   */
  prune(keepInputs = false): void {
    const needed = new Set(this.outputs.map(({ value }) => value.name));
    const kept: GraphNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output.name))) continue;
      kept.push(node);
      for (const input of node.inputs) if (input) needed.add(input.name);
    }
    this.nodes = kept.toReversed();
    for (const [key, constant] of this.#constants) if (!needed.has(constant.value.name)) this.#constants.delete(key);
    if (!keepInputs)
      this.inputs.splice(0, this.inputs.length, ...this.inputs.filter((input) => needed.has(input.name)));
  }

  #constant(
    key: string,
    dtype: GraphDType,
    dims: readonly number[],
    make: () => Constant['data'],
    name?: string,
  ): Value {
    const known = this.#constants.get(key);
    if (known) return known.value;
    const value = { name: name ?? `const#${this.#nextId++}`, dtype, dims };
    this.#constants.set(key, { value, data: make() });
    return value;
  }
}
