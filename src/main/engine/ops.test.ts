import { describe, expect, it } from 'vitest';
import { ShapeError } from '@core/errors';
import { encodeGraph } from '@core/graph/encode';
import { lowerProgram } from '@core/ops/lower';
import { Program, type Op } from '@core/ops/program';
import { evaluateProgram } from '@core/ops/reference';
import { bindDim, type Dims } from '@core/tensor/dims';
import { tensor64 } from '@core/tensor/tensor64';
import { OPS } from '@core/ops/registry';
import { OP_CASES, SYMBOLS, type OpCase } from '@core/testing/op-cases';
import { OrtExecutor } from './ort-executor';
import { buildCase, lossOf, NAMED_OP_CASES, runCase } from './testing/op-programs';

const STEP = 1e-5;
const executor = new OrtExecutor({ threads: 1 });

describe('the table of cases', () => {
  it.each(Object.entries<readonly OpCase[]>(OP_CASES))('tries the gradient of %s where it has one', (_, cases) => {
    const hasGradient = cases.some(({ op }) => op.vjp !== undefined);
    const isTried = cases.some(({ gradient = true, kinks = false }) => gradient && !kinks);
    expect(isTried).toBe(hasGradient);
  });
});

const BUILT_CASES = NAMED_OP_CASES.map((named) => ({ ...named, built: buildCase(named.each, named.name) }));

describe.each(BUILT_CASES)('op $name', ({ built }) => {
  it('infers the shape that it computes', () => {
    const results = evaluateProgram(built.program, built.feeds);
    for (const { name: output, variable } of built.program.outputs)
      expect(results[output]?.dims).toEqual(variable.dims.map((dim) => bindDim(dim, SYMBOLS)));
  });

  it.each(['cpu', 'webgpu'] as const)('agrees with onnxruntime in float32, nodes for %s', async (target) => {
    const expected = evaluateProgram(built.program, built.feeds);
    const actual = await runCase(executor, built, expected, target);
    for (const [output, { data }] of Object.entries(expected)) {
      data.forEach((value, index) => {
        const own = Number(actual[output]?.data[index]);
        const isClose = value === own || Math.abs(own - value) < 2e-5 * Math.max(1, Math.abs(value));
        expect({ output, index, own, value, isClose }).toMatchObject({ isClose: true });
      });
    }
  });
});

// What does not apply to an op is no test of it, and no skip.
describe.each(BUILT_CASES.filter(({ each }) => each.smooth !== undefined))('op $name', ({ name, each, built }) => {
  it('is near its smooth op in value and gradient', () => {
    const { op, operands } = each.smooth ?? { op: each.op, operands: 0 };
    const smoothed = buildCase({ ...each, op, operands: each.operands.slice(0, operands) }, name);
    const rounded = evaluateProgram(built.program, built.feeds);
    for (const [output, { data }] of Object.entries(evaluateProgram(smoothed.program, smoothed.feeds))) {
      const largest = data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      data.forEach((value, index) =>
        expect(Math.abs((rounded[output]?.data[index] ?? Number.NaN) - value)).toBeLessThan(0.02 * largest),
      );
    }
  });
});

describe.each(BUILT_CASES.filter(({ each, built }) => built.gradients.length > 0 && !each.kinks && !each.smooth))(
  'op $name',
  ({ built }) => {
    it('has the gradient of its difference quotients', () => {
      const results = evaluateProgram(built.program, built.feeds);
      for (const operand of built.gradients) {
        const x = built.feeds[`x${operand}`] ?? tensor64([], [0]);
        // Of a large table a few numbers are enough.
        const stride = Math.max(1, Math.floor(x.data.length / 100));
        for (let index = 0; index < x.data.length; index += stride) {
          const value = x.data[index] ?? Number.NaN;
          const at = (moved: number) => {
            const data = x.data.slice();
            data[index] = moved;
            const feeds = { ...built.feeds, [`x${operand}`]: { dims: x.dims, data } };
            return lossOf(evaluateProgram(built.program, feeds), feeds);
          };
          const quotient = (at(value + STEP) - at(value - STEP)) / (2 * STEP);
          const own = results[`grad${operand}`]?.data[index] ?? Number.NaN;
          expect(Math.abs(own - quotient), `operand ${operand}, ${index}`).toBeLessThan(
            1e-7 * Math.max(1, Math.abs(quotient)),
          );
        }
      }
    });
  },
);

describe('operands that do not fit', () => {
  const matrix = OPS.matmul();
  it.each<{ readonly name: string; readonly op: Op; readonly operands: readonly Dims[] }>([
    { name: 'add, sizes', op: OPS.add, operands: [[2, 3], [4]] },
    { name: 'add, symbols', op: OPS.add, operands: [['B'], ['T']] },
    {
      name: 'matmul, inner sizes',
      op: matrix,
      operands: [
        [2, 3],
        [4, 5],
      ],
    },
    {
      name: 'matmul, batches',
      op: matrix,
      operands: [
        [2, 3, 4],
        [3, 4, 5],
      ],
    },
    { name: 'matmul, one axis', op: matrix, operands: [[3], [3]] },
    { name: 'reshape', op: OPS.reshape(['B', 5]), operands: [['B', 6]] },
    { name: 'transpose', op: OPS.transpose([1, 0]), operands: [[2, 3, 4]] },
    { name: 'split, symbols', op: OPS.split(2), operands: [['3*B', 2]] },
    {
      name: 'rope, heads',
      op: OPS.rope({ headDim: 4, frequencies: [1, 0.1], maxPositions: 4 }),
      operands: [[1, 2, 6]],
    },
    {
      name: 'attend, keys and values',
      op: OPS.attend({ groups: 1, queries: 3, scaling: 1 }),
      operands: [
        [1, 1, 3, 4],
        [1, 1, 3, 4],
        [1, 1, 2, 4],
        [3, 1, 3],
      ],
    },
    { name: 'scatterRows', op: OPS.scatterRows, operands: [[5, 3], [4], [4, 2]] },
    {
      name: 'loraLinear, rank',
      op: OPS.loraLinear(1),
      operands: [
        [2, 4],
        [3, 4],
        [2, 4],
        [3, 1],
      ],
    },
  ])('$name: refused by name', ({ op, operands }) => {
    const program = new Program('refused');
    const inputs = operands.map((dims, index) => program.input(`x${index}`, dims));
    expect(() => program.apply(op, ...inputs)).toThrow(ShapeError);
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
