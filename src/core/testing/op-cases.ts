import { OPS } from '../ops/registry';
import type { Op } from '../ops/program';

/** One way to use an op, for the table-driven tests of every op. */
export interface OpCase {
  readonly op: Op;
  /** Axes of the operands; symbols are bound by `SYMBOLS`. */
  readonly operands: readonly OperandCase[];
  /** The gradient is taken by these operands; default: all float ones. */
  readonly differentiable?: readonly number[];
  /** False for ops without a gradient. */
  readonly gradient?: boolean;
}

export interface OperandCase {
  readonly dims: readonly (number | string)[];
  /** Whole numbers below this bound, as int64. */
  readonly below?: number;
  /** Whole numbers to use instead of random ones, as int64. */
  readonly values?: readonly number[];
  /** Numbers to use instead of random ones, as float32. */
  readonly fractions?: readonly number[];
}

/** Sizes of the symbols in these cases; T is 4 runs of U. */
export const SYMBOLS: Readonly<Record<string, number>> = { B: 2, T: 4, U: 3 };

const FREQUENCIES = [1, 0.1];
const TABLE = { headDim: 4, frequencies: FREQUENCIES, maxPositions: 16 };
const pair = (a: OperandCase['dims'], b: OperandCase['dims'] = a): OperandCase[] => [{ dims: a }, { dims: b }];
const binaryCases = (op: Op): OpCase[] => [
  { op, operands: pair(['B', 3]) },
  { op, operands: pair(['B', 'T', 3], [3]) },
  { op, operands: pair(['B', 'T', 3], ['T', 1]) },
  { op, operands: pair([1, 3], ['B', 3]) },
];
const one = (op: Op, dims: OperandCase['dims'] = ['B', 3]): OpCase => ({ op, operands: [{ dims }] });
const attendOperands = (groups: number, keys: number | string): OperandCase[] => [
  { dims: ['B', 2, groups === 1 ? 'U' : `${groups}*U`, 4] },
  { dims: ['B', 2, keys, 4] },
  { dims: ['B', 2, keys, 4] },
  { dims: ['U', 1, keys] },
];

/** At least one case of every op: a new op does not compile until it has some. */
export const OP_CASES = {
  absolute: [one(OPS.absolute)],
  add: binaryCases(OPS.add),
  attend: [
    {
      op: OPS.attend({ groups: 1, queries: 'U', scaling: 0.5 }),
      operands: attendOperands(1, 'U'),
      differentiable: [0, 1, 2],
    },
    {
      op: OPS.attend({ groups: 3, queries: 'U', scaling: 0.5 }),
      operands: attendOperands(3, '2*U'),
      differentiable: [0, 1, 2],
    },
  ],
  causalMask: [
    { op: OPS.causalMask('U', 'U'), operands: [{ dims: ['U'] }], gradient: false },
    { op: OPS.causalMask('U', '4*U'), operands: [{ dims: ['4*U'] }], gradient: false },
    { op: OPS.causalMask('U', '4*U', 2), operands: [{ dims: ['4*U'] }], gradient: false },
  ],
  concat: [
    { op: OPS.concat('4*U'), operands: pair(['2*U', 3]) },
    { op: OPS.concat('4*U', 1), operands: pair(['B', '2*U', 3]) },
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
  ],
  exp: [one(OPS.exp)],
  expand: [{ op: OPS.expand(['B', 'T', 3]), operands: [{ dims: ['B', 1, 3] }] }],
  fence: [{ op: OPS.fence, operands: [{ dims: ['B', 3] }, { dims: [2, 2] }, { dims: [4] }], differentiable: [0] }],
  gatherColumns: [{ op: OPS.gatherColumns, operands: [{ dims: ['B', 5] }, { dims: [3], below: 5 }], gradient: false }],
  gatherRows: [
    { op: OPS.gatherRows, operands: [{ dims: [5, 3] }, { dims: ['T'], values: [1, 4, 1, 0] }], differentiable: [0] },
  ],
  gatherRowsPartly: [
    // Rows 1 and 4 learn; the table holds their values, so the difference quotient is taken through the table.
    {
      op: OPS.gatherRowsPartly,
      operands: [
        { dims: [5, 3] },
        { dims: ['T'], values: [1, 4, 1, 0] },
        { dims: [3, 3] },
        { dims: ['T'], values: [0, 1, 0, 2] },
      ],
      gradient: false,
    },
  ],
  geluTanh: [one(OPS.geluTanh), { op: OPS.geluTanh, operands: [{ dims: [1, 5] }] }],
  isAtMost: [{ op: OPS.isAtMost, operands: pair(['B', 3], [3]), gradient: false }],
  logSoftmax: [one(OPS.logSoftmax, ['B', 'T', 5])],
  loraLinear: [
    // Its gradient by A and B is of a weight that holds them already: checked against the adapters of the fixtures.
    {
      op: OPS.loraLinear(2),
      operands: [{ dims: ['B', 4] }, { dims: [3, 4] }, { dims: [2, 4] }, { dims: [3, 2] }],
      differentiable: [0],
    },
  ],
  matmul: [
    ...[false, true].flatMap((transA) =>
      [false, true].flatMap((transB) => {
        const op = OPS.matmul({ transA, transB, alpha: 1.5 });
        const [a, b] = [transA ? [4, 'B'] : ['B', 4], transB ? [3, 4] : [4, 3]];
        return [
          { op, operands: pair(a, b) },
          { op, operands: pair(['B', 2, ...a], ['B', 2, ...b]) },
        ];
      }),
    ),
  ],
  maximum: binaryCases(OPS.maximum),
  minimum: binaryCases(OPS.minimum),
  multiply: binaryCases(OPS.multiply),
  pickColumn: [{ op: OPS.pickColumn, operands: [{ dims: ['T', 5] }, { dims: ['T'], below: 5 }], differentiable: [0] }],
  placeColumn: [{ op: OPS.placeColumn(5), operands: [{ dims: ['T'] }, { dims: ['T'], below: 5 }], gradient: false }],
  reshape: [
    { op: OPS.reshape(['B*T', 6]), operands: [{ dims: ['B', 'T', 6] }] },
    {
      op: OPS.reshape(['B', 'T', 2, 3]),
      operands: [{ dims: ['B*T', 6] }, { dims: ['B', 'T'], below: 2 }],
      differentiable: [0],
    },
  ],
  rmsNorm: [
    { op: OPS.rmsNorm(1e-5, 5), operands: pair(['B', 5], [5]) },
    { op: OPS.rmsNorm(1e-5, 5), operands: pair(['B', 'T', 2, 5], [5]) },
  ],
  rope: [
    { op: OPS.rope(TABLE), operands: [{ dims: ['B', 'T', 8] }] },
    { op: OPS.rope(TABLE, true), operands: [{ dims: ['B', 'T', 4] }] },
  ],
  scale: [one(OPS.scale(-0.25))],
  scatterRows: [5, 1500].map((rows) => ({
    op: OPS.scatterRows,
    operands: [{ dims: [rows, 3] }, { dims: ['T'], values: [1, 4, 1, 0] }, { dims: ['T', 3] }],
    gradient: false,
  })),
  segmentMask: [
    {
      op: OPS.segmentMask,
      operands: [{ dims: ['B', 'U'], below: 2 }, { dims: ['B', '2*U'], below: 2 }, { dims: ['U', 1, '2*U'] }],
      gradient: false,
    },
  ],
  shift: [one(OPS.shift(0.75))],
  sigmoid: [one(OPS.sigmoid)],
  sign: [{ ...one(OPS.sign), gradient: false }],
  silu: [one(OPS.silu)],
  split: [
    one(OPS.split(2), ['4*U', 2]),
    one(OPS.split(2, 1), ['B', '4*U', 2]),
    one(OPS.split(3), [7, 2]),
    one(OPS.split(1), ['B', 2]),
  ],
  subtract: binaryCases(OPS.subtract),
  sum: [one(OPS.sum([1]), ['B', 'T', 3]), one(OPS.sum([0, 2]), ['B', 'T', 3])],
  transpose: [one(OPS.transpose([2, 0, 1]), ['B', 'T', 3])],
  zeros: [{ op: OPS.zeros(['B', 3]), operands: [{ dims: ['B', 'T'] }], gradient: false }],
} satisfies Record<keyof typeof OPS, readonly OpCase[]>;
