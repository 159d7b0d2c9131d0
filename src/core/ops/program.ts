import { ShapeError } from '../errors';
import type { Graph, GraphDType, Value } from '../graph/graph';
import type { Dim, DimBindings, Dims } from '../tensor/dims';
import type { Tensor64 } from '../tensor/tensor64';

/** Which execution provider the ONNX nodes are for; WebGPU lacks a few fused kernels. */
export type Target = 'cpu' | 'webgpu';

/** A value of a program, before it becomes ONNX. */
export interface Var {
  readonly id: number;
  readonly dtype: GraphDType;
  readonly dims: Dims;
  /** True for a trainable input and whatever depends on one. */
  readonly requiresGrad: boolean;
}

export interface VarSpec {
  readonly dims: Dims;
  readonly dtype: GraphDType;
}

/** What an op may ask for while it writes its ONNX nodes. */
export interface EmitContext {
  readonly graph: Graph;
  readonly target: Target;
  /** The size of an axis as an int64 tensor [1], read from the graph's inputs when it is symbolic. */
  size(dim: Dim): Value;
  /** A Reshape to these axes; free of copies in onnxruntime. */
  reshape(value: Value, dims: Dims): Value;
  /** The value as float32 where the target compares only floats; ids and positions stay exact up to 2²⁴. */
  comparable(value: Value): Value;
}

/** What an op may ask for while it builds its gradient. */
export interface VjpContext {
  readonly program: Program;
  readonly inputs: readonly Var[];
  readonly outputs: readonly Var[];
  /** Gradient of the loss by each output; null where nothing flows. */
  readonly gradients: readonly (Var | null)[];
  /**
   * Takes the gradient gathered so far for an input, so that the op may write its own share on top of it.
   * The share returned for that input then counts as the whole.
   */
  takePartial(input: number): Var | null;
}

/**
 * A differentiable operation with its attributes bound: the four things that the engine needs to know of it.
 * Everything else (lowering, autodiff, the reference executor, the tests) is written once over these.
 */
export interface Op {
  readonly name: string;
  /** @throws {ShapeError} when the inputs do not fit */
  infer(inputs: readonly Var[]): readonly VarSpec[];
  /** Writes ONNX nodes; one value for each output. */
  emit(context: EmitContext, inputs: readonly Value[], outputs: readonly VarSpec[]): readonly Value[];
  /** Float64 reference on concrete shapes. */
  evaluate(inputs: readonly Tensor64[], bindings: DimBindings): readonly Tensor64[];
  /** Gradients by the inputs, written as further steps of the program; null where there is none. Absent when the op has no gradient. */
  vjp?(context: VjpContext): readonly (Var | null)[];
}

/** One application of an op. */
export interface Step {
  readonly op: Op;
  readonly inputs: readonly Var[];
  readonly outputs: readonly Var[];
}

/** A run of steps that forms a unit (a transformer block): fenced in the backward pass, and recomputed there when checkpointing. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly inputs: readonly Var[];
}

/** A computation as a list of ops over named inputs. Grows by `apply`; autodiff appends to the same list. */
export class Program {
  readonly inputs: { readonly name: string; readonly variable: Var }[] = [];
  readonly steps: Step[] = [];
  readonly regions: Region[] = [];
  readonly outputs: { readonly name: string; readonly variable: Var }[] = [];
  readonly name: string;
  #nextId = 0;

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, dims: Dims, options: { readonly dtype?: GraphDType; readonly requiresGrad?: boolean } = {}): Var {
    const variable = {
      id: this.#nextId++,
      dims,
      dtype: options.dtype ?? 'float32',
      requiresGrad: options.requiresGrad ?? false,
    } as const;
    this.inputs.push({ name, variable });
    return variable;
  }

  /** Adds a step and returns all its outputs. */
  applyAll(op: Op, ...inputs: readonly Var[]): readonly Var[] {
    const requiresGrad = op.vjp !== undefined && inputs.some((input) => input.requiresGrad);
    const outputs = op
      .infer(inputs)
      .map((spec) => ({ ...spec, id: this.#nextId++, requiresGrad: requiresGrad && spec.dtype === 'float32' }));
    this.steps.push({ op, inputs, outputs });
    return outputs;
  }

  /** Adds a step and returns its first output. */
  apply(op: Op, ...inputs: readonly Var[]): Var {
    const [first] = this.applyAll(op, ...inputs);
    if (!first) throw new ShapeError(`The op ${op.name} has no output.`);
    return first;
  }

  /** Runs `body` and remembers its steps as a region that depends on the activations `inputs`. */
  region<T>(inputs: readonly Var[], body: () => T): T {
    const start = this.steps.length;
    const result = body();
    this.regions.push({ start, end: this.steps.length, inputs });
    return result;
  }

  output(name: string, variable: Var): void {
    this.outputs.push({ name, variable });
  }
}
