import { backward } from '@core/autodiff/backward';
import { encodeGraph } from '@core/graph/encode';
import { lowerProgram } from '@core/ops/lower';
import { Program, type Target, type Var } from '@core/ops/program';
import type { GraphExecutor, TensorView } from '@core/ports';
import { createRng } from '@core/random/rng';
import { bindDim, type Dims } from '@core/tensor/dims';
import { tensor64, type Tensor64 } from '@core/tensor/tensor64';
import { floatsOf, OP_CASES, SYMBOLS, type OpCase } from '@core/testing/op-cases';

/** Every case of every op, by a name of its own. */
export const NAMED_OP_CASES = Object.entries(OP_CASES).flatMap(([name, list]) =>
  (list as readonly OpCase[]).map((each, index) => ({ name: `${name} ${index + 1}`, each })),
);

/** A case as a program with numbers to feed it. */
export interface BuiltCase {
  readonly program: Program;
  readonly feeds: Record<string, Tensor64>;
  /** Type of the operands that are whole numbers. */
  readonly integers: ReadonlyMap<string, 'int64' | 'int8'>;
  readonly gradients: readonly number[];
}

/** y = op(x…), and the gradient of Σ seed·y by each differentiable operand, on random numbers. */
export function buildCase({ op, operands, differentiable, gradient = true, prepare }: OpCase, name: string): BuiltCase {
  const rng = createRng(name);
  const program = new Program(name);
  const feeds: Record<string, Tensor64> = {};
  const integers = new Map<string, 'int64' | 'int8'>();
  // Rounded to float32, so that every executor gets the same numbers.
  const random = () => Math.fround(rng.normal());
  const bind = (dims: Dims) => dims.map((dim) => bindDim(dim, SYMBOLS));
  const variables = operands.map((each, index): Var => {
    const { dims, below, values, dtype = 'int64' } = each;
    const isInteger = below !== undefined || values !== undefined;
    feeds[`x${index}`] = tensor64(
      bind(dims),
      values ?? (below === undefined ? floatsOf(each, random) : () => rng.integer(below)),
    );
    if (isInteger) integers.set(`x${index}`, dtype);
    return program.input(`x${index}`, dims, { dtype: isInteger ? dtype : 'float32', requiresGrad: !isInteger });
  });
  const results = program.applyAll(op, ...(prepare?.(program, variables) ?? variables));
  const first = results[0];
  if (!first) throw new Error('no output');
  results.forEach((result, index) => program.output(`y${index}`, result));
  const wanted = gradient ? (differentiable ?? operands.map((_, index) => index)) : [];
  if (wanted.length > 0) {
    const seeds = new Map<Var, Var>();
    // The gradient of an op with helper outputs (attention's probabilities) flows through the first alone; a split has them all.
    const flowing = op.name === 'split' ? results : [first];
    for (const [index, result] of flowing.entries()) {
      seeds.set(result, program.input(`seed${index}`, result.dims));
      feeds[`seed${index}`] = tensor64(bind(result.dims), random);
    }
    const finished = backward(program, { seeds, wrt: variables.filter((_, index) => wanted.includes(index)) });
    for (const index of wanted) {
      const variable = variables[index];
      const found = variable && finished.get(variable);
      if (!found) throw new Error(`no gradient by operand ${index}`);
      program.output(`grad${index}`, found);
    }
  }
  return { program, feeds, integers, gradients: wanted };
}

/** Σ seed·y: what the gradients of a built case are of. */
export function lossOf(results: Record<string, Tensor64>, feeds: Record<string, Tensor64>): number {
  return Object.entries(feeds).reduce((total, [name, seed]) => {
    if (!name.startsWith('seed')) return total;
    const y = results[name.replace('seed', 'y')];
    return total + seed.data.reduce((sum, value, index) => sum + value * (y?.data[index] ?? 0), 0);
  }, 0);
}

/** Runs a built case in float32: its outputs by name. */
export async function runCase(
  executor: GraphExecutor,
  { program, feeds, integers }: BuiltCase,
  expected: Record<string, Tensor64>,
  target: Target,
): Promise<Record<string, TensorView>> {
  const graph = lowerProgram(program, target);
  const compiled = await executor.compile(encodeGraph(graph));
  const inputs: Record<string, TensorView> = {};
  for (const { name } of graph.inputs) {
    const { dims, data } = feeds[name] ?? tensor64([], [0]);
    inputs[name] = viewOf(dims, data, integers.get(name));
  }
  const outputs: Record<string, TensorView> = {};
  for (const { name } of graph.outputs)
    outputs[name] = {
      dtype: 'float32',
      dims: expected[name]?.dims ?? [],
      data: new Float32Array(expected[name]?.data.length ?? 0),
    };
  await compiled.run(inputs, outputs);
  await compiled.dispose();
  return outputs;
}

function viewOf(dims: readonly number[], data: Float64Array, integers: 'int64' | 'int8' | undefined): TensorView {
  if (integers === 'int64') return { dtype: 'int64', dims, data: BigInt64Array.from(data, BigInt) };
  if (integers === 'int8') return { dtype: 'int8', dims, data: Int8Array.from(data) };
  return { dtype: 'float32', dims, data: Float32Array.from(data) };
}
