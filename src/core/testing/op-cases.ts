import { OPS } from '../ops/registry';
import type { Op, Program, Var } from '../ops/program';
import { bindDim, sizeOf, type Dim, type Dims } from '../tensor/dims';

/** One way to use an op, for the table-driven tests of every op. */
export interface OpCase {
  readonly op: Op;
  /** Axes of the operands; symbols are bound by `SYMBOLS`. */
  readonly operands: readonly OperandCase[];
  /** The gradient is taken by these operands; default: all float ones. */
  readonly differentiable?: readonly number[];
  /** False for ops without a gradient. */
  readonly gradient?: boolean;
  /** The values lie where the function has a kink or saturates: difference quotients say nothing there. */
  readonly kinks?: boolean;
  /**
   * For an op that rounds and whose gradient is straight-through: the smooth op of its first operands. Value and gradient shall be near its
   * own, within a few steps of the grid; difference quotients of a staircase say nothing.
   */
  readonly smooth?: { readonly op: Op; readonly operands: number };
  /** Makes what the op is given of the case's inputs, where it relies on how they hang together; default: the inputs themselves. */
  readonly prepare?: (program: Program, inputs: readonly Var[]) => readonly Var[];
}

export interface OperandCase {
  readonly dims: Dims;
  /** Whole numbers below this bound, as int64. */
  readonly below?: number;
  /** Whole numbers to use instead of random ones, of the type `dtype`. */
  readonly values?: readonly number[];
  /** Numbers to use instead of random ones, as float32, over and over until the operand is full. */
  readonly fractions?: readonly number[];
  /** Type of whole numbers; default int64. */
  readonly dtype?: 'int64' | 'int8';
}

/** An op is tested in one way at least. */
export type OpCases = readonly [OpCase, ...OpCase[]];

/** Sizes of the symbols in these cases; T is 4 runs of U, S is a single one, E none. */
export const SYMBOLS: Readonly<Record<string, number>> = { B: 2, T: 4, U: 3, S: 1, E: 0 };

/** A case of each value. */
function each<T>(values: readonly T[], make: (value: T) => OpCase): OpCases {
  const [first, ...rest] = values.map(make);
  if (!first) throw new Error('An op needs a case.');
  return [first, ...rest];
}

/** The numbers of a float operand: given ones, or random ones. */
export function floatsOf({ dims, fractions }: OperandCase, random: () => number): number[] {
  const size = sizeOf(dims.map((dim) => bindDim(dim, SYMBOLS)));
  return Array.from({ length: size }, (_, index) => fractions?.[index % fractions.length] ?? random());
}

const pair = (a: Dims, b: Dims = a): OperandCase[] => [{ dims: a }, { dims: b }];
const one = (op: Op, dims: Dims = ['B', 3]): OpCase => ({ op, operands: [{ dims }] });

/** Shapes that meet under broadcasting: equal, missing axes, single ones on either side and on both, odd sizes, nothing at all. */
const MEETING_SHAPES: readonly (readonly [Dims, Dims])[] = [
  [
    ['B', 3],
    ['B', 3],
  ],
  [['B', 'T', 3], [3]],
  [
    ['B', 'T', 3],
    ['T', 1],
  ],
  [
    [1, 3],
    ['B', 3],
  ],
  [
    ['B', 1, 3],
    ['T', 1],
  ],
  [[7], [1]],
  [[1], ['U', 5]],
  [
    [1, 1],
    [1, 1],
  ],
  [
    ['S', 3],
    ['S', 3],
  ],
  [
    ['2*U', 1, 5],
    ['2*U', 3, 5],
  ],
  [
    ['E', 3],
    ['E', 3],
  ],
  [['E', 3], [3]],
];
const binaryCases = (op: Op, gradient = true): OpCases =>
  each(MEETING_SHAPES, ([a, b]) => ({ op, operands: pair(a, b), gradient }));

/** Equal operands and zeros, where choosing between two has a kink. */
const ties = (op: Op, gradient = true): OpCase => ({
  op,
  operands: [
    { dims: ['B', 4], fractions: [1, -2, 0, 3] },
    { dims: ['B', 4], fractions: [1, 5, 0, -3] },
  ],
  kinks: true,
  gradient,
});

const UNARY_SHAPES: readonly Dims[] = [['B', 3], [7], [1], ['S', 1, 5], ['B', 'T', 3], ['E', 3]];
const unaryCases = (op: Op, gradient = true): OpCases =>
  each(UNARY_SHAPES, (dims) => ({ op, operands: [{ dims }], gradient }));
/** Zero and numbers at which a careless formula overflows. */
const extremes = (op: Op, fractions: readonly number[], gradient = true): OpCase => ({
  op,
  operands: [{ dims: [fractions.length], fractions }],
  kinks: true,
  gradient,
});

/** Every order of `count` axes. */
function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  );
}
const turned = (dims: Dims): OpCase[] => permutations(dims.length).map((order) => one(OPS.transpose(order), dims));

/** Every set of axes of a shape, the empty one left out. */
function axisSets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, bits) =>
    Array.from({ length: rank }, (_unused, axis) => axis).filter((axis) => ((bits + 1) >> axis) & 1),
  );
}

const FREQUENCIES = [1, 0.1];
const TABLE = { headDim: 4, frequencies: FREQUENCIES, maxPositions: 16 };
const SMALL_TABLE = { headDim: 2, frequencies: [0.5], maxPositions: 4 };

/** Positions before the own one; −∞ beyond. */
const causal = (queries: number, keys: number): number[] =>
  Array.from({ length: queries * keys }, (_, index) =>
    index % keys > Math.floor(index / keys) + keys - queries ? -Infinity : 0,
  );
const attendOperands = (groups: number, keys: number | string, queries: number | string = 'U'): OperandCase[] => [
  { dims: ['B', 2, groups === 1 ? queries : `${groups}*${queries}`, 4] },
  { dims: ['B', 2, keys, 4] },
  { dims: ['B', 2, keys, 4] },
  { dims: [queries, 1, keys] },
];
const attendCase = (groups: number, keys: number | string, queries: number | string = 'U'): OpCase => ({
  op: OPS.attend({ groups, queries, scaling: 0.5 }),
  operands: attendOperands(groups, keys, queries),
  differentiable: [0, 1, 2],
});

/** Inner and outer sizes of a product: odd, single, symbolic. */
const PRODUCT_SIZES: readonly (readonly [Dim, number, Dim])[] = [
  ['B', 4, 3],
  [1, 5, 1],
  [3, 1, 'U'],
  ['S', 7, 5],
];
const productCases = [false, true].flatMap((transA) =>
  [false, true].flatMap((transB) =>
    PRODUCT_SIZES.flatMap(([rows, inner, columns]) => {
      const op = OPS.matmul({ transA, transB, alpha: 1.5 });
      const [a, b] = [transA ? [inner, rows] : [rows, inner], transB ? [columns, inner] : [inner, columns]];
      return [[], [3], ['B', 2], ['S', 1]].map((batch) => ({ op, operands: pair([...batch, ...a], [...batch, ...b]) }));
    }),
  ),
);

/** A weight [3, 4] and its grid as `referenceInt8Quantiser` makes it: rows with the largest elements 1.27, 2.54 and 0.635. */
const INT8_ROWS = [127, -64, 3, 0, -20, 127, 90, -127, 1, 2, -127, 50];
const STEPS = [0.01, 0.02, 0.005];
const WEIGHT: OperandCase = {
  dims: [3, 4],
  fractions: INT8_ROWS.map((value, index) => value * (STEPS[index >> 2] ?? 1)),
};
const INT8_WEIGHT: OperandCase = { dims: [3, 4], values: INT8_ROWS, dtype: 'int8' };
const INT8_TURNED: OperandCase = {
  dims: [4, 3],
  values: INT8_ROWS.map((_, index) => INT8_ROWS[(index % 3) * 4 + Math.floor(index / 3)] ?? 0),
  dtype: 'int8',
};
const INT8_SCALES: OperandCase = { dims: [3], fractions: STEPS };

/** At least one case of every op: a new op does not compile until it has some. */
export const OP_CASES = {
  absolute: [...unaryCases(OPS.absolute), extremes(OPS.absolute, [0, -1e30, 1e30])],
  add: binaryCases(OPS.add),
  attend: [
    attendCase(1, 'U'),
    attendCase(3, '2*U'),
    attendCase(2, 'T', 'S'),
    attendCase(1, 1, 1),
    attendCase(1, 5, 3),
    {
      op: OPS.attend({ groups: 2, queries: 'U', scaling: 0.5 }),
      operands: [...attendOperands(2, 'T').slice(0, 3), { dims: ['U', 1, 'T'], fractions: causal(3, 4) }],
      differentiable: [0, 1, 2],
    },
    {
      // A mask of its own for each row of the batch, as packed rows have it.
      op: OPS.attend({ groups: 2, queries: 'U', scaling: 0.5 }),
      operands: [
        ...attendOperands(2, 'U').slice(0, 3),
        {
          dims: ['B', 1, 'U', 1, 'U'],
          fractions: [...causal(3, 3), 0, -Infinity, -Infinity, 0, 0, -Infinity, -Infinity, -Infinity, 0],
        },
      ],
      differentiable: [0, 1, 2],
    },
    {
      // Scores of hundreds: the largest must be taken out before exp.
      op: OPS.attend({ groups: 1, queries: 'U', scaling: 40 }),
      operands: attendOperands(1, 'U'),
      differentiable: [0, 1, 2],
      kinks: true,
    },
  ],
  causalMask: each<readonly [Dim, Dim, number | null]>(
    [
      ['U', 'U', null],
      ['U', '4*U', null],
      ['U', '4*U', 2],
      ['S', 'T', null],
      ['S', 'T', 1],
      [1, 1, 3],
      [2, 5, null],
      [5, 5, 5],
    ],
    ([queries, keys, window]) => ({
      op: OPS.causalMask(queries, keys, window),
      operands: pair([queries], [keys]),
      gradient: false,
    }),
  ),
  concat: [
    { op: OPS.concat('4*U'), operands: pair(['2*U', 3]) },
    { op: OPS.concat('4*U', 1), operands: pair(['B', '2*U', 3]) },
    { op: OPS.concat(9, 2), operands: [...pair(['B', 'S', 3]), { dims: ['B', 'S', 3] }] },
    { op: OPS.concat(3), operands: [{ dims: [3, 'B'] }] },
    { op: OPS.concat(2), operands: pair([1, 5]) },
  ],
  dropoutMask: [
    {
      op: OPS.dropoutMask(0.25),
      operands: [
        // Whole numbers over 4096, as the mask wants them.
        { dims: ['U', 3], fractions: [17, 4095, 1, 4095, 4095, 1, 2048, 3, 1].map((value) => value / 4096) },
        { dims: [3, 4], fractions: [5, 4095, 1031, 4093, 1, 1, 1, 1, 4095, 0, 77, 2048] },
      ],
      gradient: false,
    },
    {
      op: OPS.dropoutMask(0.5),
      operands: [
        { dims: ['S', 3], fractions: [2048, 2047, 1].map((value) => value / 4096) },
        { dims: [3, 1], fractions: [3, 1, 4095] },
      ],
      gradient: false,
    },
  ],
  exp: [...unaryCases(OPS.exp), extremes(OPS.exp, [0, -200, 60])],
  expand: each<readonly [Dims, Dims]>(
    [
      [
        ['B', 'T', 3],
        ['B', 1, 3],
      ],
      [['B', 'T', 3], [3]],
      [
        ['B', 'T', 3],
        ['T', 1],
      ],
      [
        ['B', 3],
        ['B', 3],
      ],
      [
        [2, 5],
        [1, 1],
      ],
      [
        ['S', 'B'],
        [1, 1],
      ],
    ],
    // The second operand only says how large the symbols are.
    ([dims, from]) => ({ op: OPS.expand(dims), operands: pair(from, ['B', 'T', 'S']), differentiable: [0] }),
  ),
  fence: [
    { op: OPS.fence, operands: [{ dims: ['B', 3] }, { dims: [2, 2] }, { dims: [4] }], differentiable: [0] },
    { op: OPS.fence, operands: pair(['B', 3], ['S', 1, 5]), differentiable: [0] },
    { op: OPS.fence, operands: [{ dims: [5] }] },
  ],
  gatherColumns: [
    { op: OPS.gatherColumns, operands: [{ dims: ['B', 5] }, { dims: [3], below: 5 }], gradient: false },
    { op: OPS.gatherColumns, operands: [{ dims: ['S', 5] }, { dims: ['T'], values: [4, 0, 4, 4] }], gradient: false },
    { op: OPS.gatherColumns, operands: [{ dims: [3, 1] }, { dims: [1], values: [0] }], gradient: false },
  ],
  gatherRows: [
    { op: OPS.gatherRows, operands: [{ dims: [5, 3] }, { dims: ['T'], values: [1, 4, 1, 0] }], differentiable: [0] },
    { op: OPS.gatherRows, operands: [{ dims: [1, 7] }, { dims: ['U'], values: [0, 0, 0] }], differentiable: [0] },
    { op: OPS.gatherRows, operands: [{ dims: [1500, 1] }, { dims: ['S'], values: [1499] }], differentiable: [0] },
    { op: OPS.gatherRows, operands: [{ dims: [5, 3] }, { dims: ['E'], values: [] }], differentiable: [0] },
  ],
  gatherRowsPartly: [
    {
      // Rows 1 and 4 learn. The op trusts the table to hold their values: so the table is made of them here.
      op: OPS.gatherRowsPartly,
      operands: [
        { dims: [5, 3] },
        { dims: ['T'], values: [1, 4, 1, 0] },
        { dims: [3, 3] },
        { dims: ['T'], values: [0, 1, 0, 2] },
        { dims: [3], values: [1, 4, 0] },
      ],
      differentiable: [2],
      prepare: (program, [table, ids, rows, places, learningIds]) =>
        table && ids && rows && places && learningIds
          ? [program.apply(OPS.scatterRows, table, learningIds, rows), ids, rows, places]
          : [],
    },
  ],
  geluTanh: [...unaryCases(OPS.geluTanh), extremes(OPS.geluTanh, [0, -8, 8, -100, 100])],
  int8Linear: [
    {
      op: OPS.int8Linear,
      operands: [{ dims: ['B', 4] }, WEIGHT, INT8_WEIGHT, INT8_TURNED, INT8_SCALES],
      differentiable: [0, 1],
      // Four columns have no blocks, so x is its own rotation.
      prepare: (_, inputs) => (inputs.length > 2 ? [...inputs, ...inputs.slice(0, 1)] : inputs),
      smooth: { op: OPS.matmul({ transB: true }), operands: 2 },
    },
  ],
  int8Matmul: [
    { op: OPS.int8Matmul('columns'), operands: [{ dims: ['B', 4] }, INT8_TURNED, INT8_SCALES], gradient: false },
    { op: OPS.int8Matmul('inner'), operands: [{ dims: ['B', 3] }, INT8_WEIGHT, INT8_SCALES], gradient: false },
    // A row of zeros, as a masked token's gradient is.
    {
      op: OPS.int8Matmul('inner'),
      operands: [{ dims: [2, 3], fractions: [0, 0, 0, 1, -2, 3] }, INT8_WEIGHT, INT8_SCALES],
      gradient: false,
    },
  ],
  isAtMost: [...binaryCases(OPS.isAtMost, false), ties(OPS.isAtMost, false)],
  logSoftmax: [
    ...each<Dims>([['B', 'T', 5], [7], ['B', 1], ['S', 3]], (dims) => one(OPS.logSoftmax, dims)),
    { op: OPS.logSoftmax, operands: [{ dims: [2, 4], fractions: [1000, 999, -1000, 0, -500, -500, -501, -2000] }] },
  ],
  loraLinear: each([1, 3], (rank) => ({
    // The op trusts the weight to hold the adapter: so the weight is made of base and adapter here.
    op: OPS.loraLinear(2),
    operands: [{ dims: ['B', 4] }, { dims: [5, 4] }, { dims: [rank, 4] }, { dims: [5, rank] }],
    differentiable: [0, 2, 3],
    prepare: (program, [x, base, a, b]) =>
      x && base && a && b ? [x, program.apply(OPS.add, base, program.apply(OPS.matmul({ alpha: 2 }), b, a)), a, b] : [],
  })),
  matmul: [
    { op: OPS.matmul(), operands: pair(['B', 4], [4, 3]) },
    { op: OPS.matmul({ transA: true, alpha: 2 }), operands: [...pair([4, 'B'], [4, 3]), { dims: ['B', 3] }] },
    { op: OPS.matmul(), operands: [...pair(['B', 2, 3, 4], ['B', 2, 4, 5]), { dims: ['B', 2, 3, 5] }] },
    ...productCases,
  ],
  maximum: [...binaryCases(OPS.maximum), ties(OPS.maximum)],
  minimum: [...binaryCases(OPS.minimum), ties(OPS.minimum)],
  multiply: binaryCases(OPS.multiply),
  pickColumn: [
    { op: OPS.pickColumn, operands: [{ dims: ['T', 5] }, { dims: ['T'], below: 5 }], differentiable: [0] },
    { op: OPS.pickColumn, operands: [{ dims: ['S', 1] }, { dims: ['S'], values: [0] }], differentiable: [0] },
    { op: OPS.pickColumn, operands: [{ dims: [3, 7] }, { dims: [3], values: [6, 0, 6] }], differentiable: [0] },
  ],
  placeColumn: [
    { op: OPS.placeColumn(5), operands: [{ dims: ['T'] }, { dims: ['T'], below: 5 }], gradient: false },
    { op: OPS.placeColumn(1), operands: [{ dims: ['S'] }, { dims: ['S'], values: [0] }], gradient: false },
    { op: OPS.placeColumn(7), operands: [{ dims: [3] }, { dims: [3], values: [6, 0, 6] }], gradient: false },
  ],
  replaceColumn: [
    {
      op: OPS.replaceColumn,
      operands: [{ dims: ['T', 5] }, { dims: ['T'], below: 5 }, { dims: ['T'] }],
      gradient: false,
    },
    {
      op: OPS.replaceColumn,
      operands: [{ dims: ['S', 1] }, { dims: ['S'], values: [0] }, { dims: ['S'] }],
      gradient: false,
    },
    {
      op: OPS.replaceColumn,
      operands: [{ dims: [3, 7] }, { dims: [3], values: [6, 0, 6] }, { dims: [3] }],
      gradient: false,
    },
  ],
  reshape: [
    { op: OPS.reshape(['B*T', 6]), operands: [{ dims: ['B', 'T', 6] }] },
    {
      op: OPS.reshape(['B', 'T', 2, 3]),
      operands: [{ dims: ['B*T', 6] }, { dims: ['B', 'T'], below: 2 }],
      differentiable: [0],
    },
    { op: OPS.reshape(['B', 'T', 6]), operands: [{ dims: ['B', 'T', 6] }] },
    { op: OPS.reshape([1, '3*B', 1]), operands: [{ dims: ['B', 3] }] },
    { op: OPS.reshape([15]), operands: [{ dims: [3, 5] }] },
    {
      op: OPS.reshape(['T', 'B', 3]),
      operands: [{ dims: ['B', 'T', 3] }],
    },
  ],
  rmsNorm: [
    { op: OPS.rmsNorm(1e-5, 5), operands: pair(['B', 5], [5]) },
    { op: OPS.rmsNorm(1e-5, 5), operands: pair(['B', 'T', 2, 5], [5]) },
    { op: OPS.rmsNorm(1e-6, 1), operands: pair(['S', 1], [1]) },
    { op: OPS.rmsNorm(1e-6, 7), operands: pair(['U', 'S', 7], [7]) },
    // A row of zeros, and one so small that eps decides.
    {
      op: OPS.rmsNorm(1e-5, 3),
      operands: [{ dims: [3, 3], fractions: [0, 0, 0, 1e-4, -1e-4, 2e-4, 300, -400, 500] }, { dims: [3] }],
      kinks: true,
    },
  ],
  rope: [
    { op: OPS.rope(TABLE), operands: [{ dims: ['B', 'T', 8] }] },
    { op: OPS.rope(TABLE, true), operands: [{ dims: ['B', 'T', 4] }] },
    { op: OPS.rope(TABLE), operands: [{ dims: ['S', 'S', 12] }] },
    { op: OPS.rope(SMALL_TABLE), operands: [{ dims: ['U', 'T', 2] }] },
    { op: OPS.rope(SMALL_TABLE, true), operands: [{ dims: [1, 3, 6] }] },
  ],
  rotate: each([64, 128, 48, 6], (width) => ({ op: OPS.rotate, operands: [{ dims: ['B', width] }] })),
  scale: [...unaryCases(OPS.scale(-0.25)), one(OPS.scale(0)), one(OPS.scale(1))],
  scatterRows: [
    ...each([5, 1500], (rows) => ({
      op: OPS.scatterRows,
      operands: [{ dims: [rows, 3] }, { dims: ['T'], values: [1, 4, 1, 0] }, { dims: ['T', 3] }],
      gradient: false,
    })),
    {
      op: OPS.scatterRows,
      operands: [{ dims: [1, 1] }, { dims: ['U'], values: [0, 0, 0] }, { dims: ['U', 1] }],
      gradient: false,
    },
    {
      op: OPS.scatterRows,
      operands: [{ dims: [1025, 2] }, { dims: ['S'], values: [1024] }, { dims: ['S', 2] }],
      gradient: false,
    },
  ],
  segmentMask: [
    {
      op: OPS.segmentMask,
      operands: [{ dims: ['B', 'U'], below: 2 }, { dims: ['B', '2*U'], below: 2 }, { dims: ['U', 1, '2*U'] }],
      gradient: false,
    },
    {
      op: OPS.segmentMask,
      operands: [
        { dims: ['S', 'U'], values: [0, 0, 1] },
        { dims: ['S', 'U'], values: [0, 0, 1] },
        { dims: ['U', 1, 'U'], fractions: causal(3, 3) },
      ],
      gradient: false,
    },
  ],
  shift: [...unaryCases(OPS.shift(0.75)), one(OPS.shift(0))],
  sigmoid: [...unaryCases(OPS.sigmoid), extremes(OPS.sigmoid, [0, -90, 90, -1000, 1000])],
  sign: [...unaryCases(OPS.sign, false), extremes(OPS.sign, [0, -1e-30, 1e30], false)],
  silu: [...unaryCases(OPS.silu), extremes(OPS.silu, [0, -80, 80, -1000, 1000])],
  split: [
    one(OPS.split(2), ['4*U', 2]),
    one(OPS.split(2, 1), ['B', '4*U', 2]),
    one(OPS.split(3), [7, 2]),
    one(OPS.split(1), ['B', 2]),
    one(OPS.split(3, 2), ['B', 'S', 9]),
    one(OPS.split(5), [5, 1]),
    one(OPS.split(2, 1), ['U', 3]),
  ],
  subtract: binaryCases(OPS.subtract),
  sum: [
    one(OPS.sum([1]), ['B', 'T', 3]),
    ...axisSets(3).map((axes) => one(OPS.sum(axes), ['B', 'U', 5])),
    ...axisSets(2).map((axes) => one(OPS.sum(axes), ['S', 1])),
    one(OPS.sum([0]), ['E', 3]),
    one(OPS.sum([0]), [7]),
  ],
  transpose: [
    one(OPS.transpose([0]), ['B']),
    ...turned(['B', 3]),
    ...turned(['B', 'U', 5]),
    ...turned(['B', 'U', 1, 5]),
  ],
  zeros: each<Dims>([['B', 3], ['S', 1], [5]], (dims) => ({
    op: OPS.zeros(dims),
    operands: [{ dims: ['B', 'T', 'S'] }],
    gradient: false,
  })),
} satisfies Record<keyof typeof OPS, OpCases>;
