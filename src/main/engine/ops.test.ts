import { describe, expect, it } from 'vitest';
import { backward } from '@core/autodiff/backward';
import { encodeGraph } from '@core/graph/encode';
import { lowerProgram } from '@core/ops/lower';
import { Program, type Target, type Var } from '@core/ops/program';
import { evaluateProgram } from '@core/ops/reference';
import { createRng } from '@core/random/rng';
import { bindDim } from '@core/tensor/dims';
import { tensor64, type Tensor64 } from '@core/tensor/tensor64';
import { OPS } from '@core/ops/registry';
import { OP_CASES, SYMBOLS, type OpCase } from '@core/testing/op-cases';
import type { TensorView } from '@core/ports';
import { OrtExecutor } from './ort-executor';

const STEP = 1e-5;
const executor = new OrtExecutor({ threads: 1 });
const cases = Object.entries(OP_CASES).flatMap(([name, list]) =>
  (list as readonly OpCase[]).map((each, index) => ({ name: `${name} ${index + 1}`, each })),
);

interface Built {
  readonly program: Program;
  readonly feeds: Record<string, Tensor64>;
  readonly integers: ReadonlySet<string>;
  readonly gradients: readonly number[];
}

/** y = op(x…), and the gradient of Σ seed·y by each differentiable operand, on random numbers. */
function build({ op, operands, differentiable, gradient = true }: OpCase, name: string): Built {
  const rng = createRng(name);
  const program = new Program(name);
  const feeds: Record<string, Tensor64> = {};
  const integers = new Set<string>();
  const variables = operands.map(({ dims, below, values, fractions }, index): Var => {
    const isInteger = below !== undefined || values !== undefined;
    const concrete = dims.map((dim) => bindDim(dim, SYMBOLS));
    feeds[`x${index}`] = tensor64(
      concrete,
      values ?? fractions ?? (() => (below === undefined ? rng.normal() : rng.integer(below))),
    );
    if (isInteger) integers.add(`x${index}`);
    return program.input(`x${index}`, dims, { dtype: isInteger ? 'int64' : 'float32', requiresGrad: !isInteger });
  });
  const results = program.applyAll(op, ...variables);
  const first = results[0];
  if (!first) throw new Error('no output');
  results.forEach((result, index) => program.output(`y${index}`, result));
  const wanted = gradient ? (differentiable ?? operands.map((_, index) => index)) : [];
  if (wanted.length > 0) {
    const seeds = new Map<Var, Var>();
    // The gradient of an op with helper outputs (attention's probabilities) flows through the first alone; a split has them all.
    const flowing = op.name === 'split' ? results : [first];
    for (const [index, result] of flowing.entries()) {
      const seed = program.input(`seed${index}`, result.dims);
      seeds.set(result, seed);
      const concrete = evaluateOutputs(op, variables, feeds, index);
      feeds[`seed${index}`] = tensor64(concrete, () => rng.normal());
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

function evaluateOutputs(
  op: OpCase['op'],
  variables: readonly Var[],
  feeds: Record<string, Tensor64>,
  index: number,
): readonly number[] {
  return (
    op.evaluate(
      variables.map((_, operand) => feeds[`x${operand}`] ?? tensor64([], [0])),
      SYMBOLS,
    )[index]?.dims ?? []
  );
}

function lossOf(results: Record<string, Tensor64>, feeds: Record<string, Tensor64>): number {
  return Object.entries(feeds).reduce((total, [name, seed]) => {
    if (!name.startsWith('seed')) return total;
    const y = results[name.replace('seed', 'y')];
    return total + seed.data.reduce((sum, value, index) => sum + value * (y?.data[index] ?? 0), 0);
  }, 0);
}

async function runOnnx(
  { program, feeds, integers }: Built,
  expected: Record<string, Tensor64>,
  target: Target,
): Promise<Record<string, TensorView>> {
  const graph = lowerProgram(program, target);
  const compiled = await executor.compile(encodeGraph(graph));
  const inputs: Record<string, TensorView> = {};
  for (const { name } of graph.inputs) {
    const { dims, data } = feeds[name] ?? tensor64([], [0]);
    inputs[name] = integers.has(name)
      ? { dtype: 'int64', dims, data: BigInt64Array.from(data, BigInt) }
      : { dtype: 'float32', dims, data: Float32Array.from(data) };
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

describe.each(cases)('op $name', ({ name, each }) => {
  const built = build(each, name);

  it('infers the shape that it computes', () => {
    const results = evaluateProgram(built.program, built.feeds);
    for (const { name: output, variable } of built.program.outputs) {
      if (variable.dims.some((dim) => String(dim).includes('/'))) continue;
      expect(results[output]?.dims).toEqual(variable.dims.map((dim) => bindDim(dim, SYMBOLS)));
    }
  });

  it.runIf(built.gradients.length > 0)('has the gradient of its difference quotients', () => {
    const results = evaluateProgram(built.program, built.feeds);
    for (const operand of built.gradients) {
      const x = built.feeds[`x${operand}`] ?? tensor64([], [0]);
      x.data.forEach((value, index) => {
        const at = (moved: number) => {
          const data = x.data.slice();
          data[index] = moved;
          const feeds = { ...built.feeds, [`x${operand}`]: { dims: x.dims, data } };
          return lossOf(evaluateProgram(built.program, feeds), feeds);
        };
        const quotient = (at(value + STEP) - at(value - STEP)) / (2 * STEP);
        expect(Math.abs((results[`grad${operand}`]?.data[index] ?? Number.NaN) - quotient)).toBeLessThan(
          1e-7 * Math.max(1, Math.abs(quotient)),
        );
      });
    }
  });

  it.each(['cpu', 'webgpu'] as const)('agrees with onnxruntime in float32, nodes for %s', async (target) => {
    const expected = evaluateProgram(built.program, built.feeds);
    const actual = await runOnnx(built, expected, target);
    for (const [output, { data }] of Object.entries(expected)) {
      data.forEach((value, index) => {
        const own = Number(actual[output]?.data[index]);
        expect(value === own || Math.abs(own - value) < 2e-5 * Math.max(1, Math.abs(value))).toBe(true);
      });
    }
  });
});

describe('scatterRows with two threads', () => {
  // ScatterND loses additions here in about one run of sixty.
  it.each([144, 2000])('adds every update to a table of %i rows, in every run the same', async (rows) => {
    const [count, width] = [4096, 64];
    const program = new Program('scatter');
    const base = program.input('base', [rows, width]);
    const ids = program.input('ids', [count], { dtype: 'int64' });
    const updates = program.input('updates', [count, width]);
    program.output('sum', program.apply(OPS.scatterRows, base, ids, updates));
    const compiled = await new OrtExecutor({ threads: 2 }).compile(encodeGraph(lowerProgram(program)));
    const feeds = {
      base: { dtype: 'float32', dims: [rows, width], data: new Float32Array(rows * width) },
      ids: {
        dtype: 'int64',
        dims: [count],
        data: BigInt64Array.from({ length: count }, (_, index) => BigInt(index % 5)),
      },
      updates: { dtype: 'float32', dims: [count, width], data: new Float32Array(count * width).fill(1) },
    } as const;
    const sum = { dtype: 'float32', dims: [rows, width], data: new Float32Array(rows * width) } as const;
    for (let run = 0; run < 100; run++) {
      await compiled.run(feeds, { sum });
      // 4096 updates over 5 rows: 820 for the first, 819 for the others.
      sum.data.forEach((value, index) => {
        const row = Math.floor(index / width);
        if (value !== (row === 0 ? 820 : row < 5 ? 819 : 0)) throw new Error(`run ${run}: row ${row} holds ${value}`);
      });
    }
    await compiled.dispose();
  });
});
