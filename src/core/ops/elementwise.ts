import { broadcastDims } from '../tensor/dims';
import { tensor64, zipBroadcast } from '../tensor/tensor64';
import type { Op, Var, VjpContext } from './program';
import { operand } from './operand';
import { reduceTo } from './shape';

export const add: Op = binary(
  'add',
  'Add',
  (a, b) => a + b,
  ({ program, inputs, gradients }) => {
    const [a, b, g] = pairOf(inputs, gradients);
    return [reduceTo(program, g, a.dims), reduceTo(program, g, b.dims)];
  },
);

export const subtract: Op = binary(
  'subtract',
  'Sub',
  (a, b) => a - b,
  ({ program, inputs, gradients }) => {
    const [a, b, g] = pairOf(inputs, gradients);
    return [
      reduceTo(program, g, a.dims),
      b.requiresGrad ? reduceTo(program, program.apply(scale(-1), g), b.dims) : null,
    ];
  },
);

export const multiply: Op = binary(
  'multiply',
  'Mul',
  (a, b) => a * b,
  ({ program, inputs, gradients }) => {
    const [a, b, g] = pairOf(inputs, gradients);
    return [
      a.requiresGrad ? reduceTo(program, program.apply(multiply, g, b), a.dims) : null,
      b.requiresGrad ? reduceTo(program, program.apply(multiply, g, a), b.dims) : null,
    ];
  },
);

/** Smaller of two; where they are equal the gradient goes to the first. */
export const minimum: Op = binary('minimum', 'Min', Math.min, (context) =>
  chooseGradient(context, (a, b) => context.program.apply(isAtMost, a, b)),
);

/** Larger of two; where they are equal the gradient goes to the first. */
export const maximum: Op = binary('maximum', 'Max', Math.max, (context) =>
  chooseGradient(context, (a, b) => context.program.apply(isAtMost, b, a)),
);

/** 1 where a <= b, else 0. No gradient. */
export const isAtMost: Op = {
  name: 'isAtMost',
  infer: (inputs) => [
    { dims: broadcastDims(operand(inputs, 0).dims, operand(inputs, 1).dims, 'isAtMost'), dtype: 'float32' },
  ],
  emit: ({ graph }, inputs, [output]) => {
    const dims = output?.dims ?? [];
    const truth = graph.single('LessOrEqual', inputs, dims, { dtype: 'bool' });
    return [graph.single('Cast', [truth], dims, { dtype: 'float32', attributes: { to: 1 } })];
  },
  evaluate: (inputs) => [zipBroadcast(operand(inputs, 0), operand(inputs, 1), (x, y) => (x <= y ? 1 : 0))],
};

export const exp: Op = unary('exp', 'Exp', Math.exp, ({ program, outputs, gradients }) => [
  program.apply(multiply, operand(gradients, 0), operand(outputs, 0)),
]);

export const absolute: Op = unary('absolute', 'Abs', Math.abs, ({ program, inputs, gradients }) => [
  program.apply(multiply, operand(gradients, 0), program.apply(sign, operand(inputs, 0))),
]);

/** -1, 0 or 1. No gradient. */
export const sign: Op = {
  ...unary('sign', 'Sign', Math.sign),
  emit: ({ graph, target }, inputs, [output]) => {
    const dims = output?.dims ?? [];
    if (target === 'cpu') return [graph.single('Sign', inputs, dims)];
    // WebGPU has no Sign.
    const where = (comparison: string) => {
      const truth = graph.single(comparison, [operand(inputs, 0), graph.float(0)], dims, { dtype: 'bool' });
      return graph.single('Cast', [truth], dims, { dtype: 'float32', attributes: { to: 1 } });
    };
    return [graph.single('Sub', [where('Greater'), where('Less')], dims)];
  },
};

export const sigmoid: Op = unary('sigmoid', 'Sigmoid', logistic, ({ program, outputs, gradients }) => {
  const y = operand(outputs, 0);
  return [program.apply(multiply, operand(gradients, 0), program.apply(subtract, y, program.apply(multiply, y, y)))];
});

/** x · sigmoid(x). */
export const silu: Op = {
  ...unary('silu', '', (x) => x * logistic(x)),
  emit: ({ graph, target }, inputs, [output]) => {
    const dims = output?.dims ?? [];
    if (target === 'cpu')
      return [
        graph.single('QuickGelu', inputs, dims, { domain: 'com.microsoft', attributes: { alpha: { float: 1 } } }),
      ];
    return [graph.single('Mul', [operand(inputs, 0), graph.single('Sigmoid', inputs, dims)], dims)];
  },
  vjp: ({ program, inputs, outputs, gradients }) => {
    const [x, y] = [operand(inputs, 0), operand(outputs, 0)];
    // y' = s (1 + x - y) with s = sigmoid(x).
    const s = program.apply(sigmoid, x);
    const slope = program.apply(add, s, program.apply(multiply, s, program.apply(subtract, x, y)));
    return [program.apply(multiply, operand(gradients, 0), slope)];
  },
};

/** Factors of GELU's tanh approximation. */
const GELU_SLOPE = Math.sqrt(8 / Math.PI);
const GELU_CUBE = 0.044715;

/**
 * x · Φ(x) by the tanh approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415): x · sigmoid(√(8/π) (x + 0.044715 x³)), for
 * (1 + tanh u) / 2 = sigmoid(2u).
 */
export const geluTanh: Op = {
  ...unary('geluTanh', '', (x) => x * logistic(GELU_SLOPE * (x + GELU_CUBE * x ** 3))),
  emit: ({ graph }, inputs, [output]) => [
    graph.single('FastGelu', inputs, output?.dims ?? [], { domain: 'com.microsoft' }),
  ],
  vjp: ({ program, inputs, gradients }) => {
    const x = operand(inputs, 0);
    // With z = √(8/π) (x + 0.044715 x³) and s = sigmoid(z): y' = s + s (1 - s) x z', and x z' = √(8/π) (x + 3 · 0.044715 x³).
    const cube = program.apply(multiply, program.apply(multiply, x, x), x);
    const stretched = (factor: number) =>
      program.apply(scale(GELU_SLOPE), program.apply(add, x, program.apply(scale(factor * GELU_CUBE), cube)));
    const s = program.apply(sigmoid, stretched(1));
    const spread = program.apply(subtract, s, program.apply(multiply, s, s));
    const slope = program.apply(add, s, program.apply(multiply, spread, stretched(3)));
    return [program.apply(multiply, operand(gradients, 0), slope)];
  },
};

/** Times a constant. */
export function scale(factor: number): Op {
  return {
    ...unary(`scale(${factor})`, '', (x) => factor * x),
    emit: ({ graph }, inputs, [output]) => [
      graph.single('Mul', [operand(inputs, 0), graph.float(factor)], output?.dims ?? []),
    ],
    vjp: ({ program, gradients }) => [program.apply(scale(factor), operand(gradients, 0))],
  };
}

/** Plus a constant. */
export function shift(offset: number): Op {
  return {
    ...unary(`shift(${offset})`, '', (x) => x + offset),
    emit: ({ graph }, inputs, [output]) => [
      graph.single('Add', [operand(inputs, 0), graph.float(offset)], output?.dims ?? []),
    ],
    vjp: ({ gradients }) => [operand(gradients, 0)],
  };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function pairOf(inputs: readonly Var[], gradients: readonly (Var | null)[]): [Var, Var, Var] {
  return [operand(inputs, 0), operand(inputs, 1), operand(gradients, 0)];
}

function chooseGradient(
  { program, inputs, gradients }: VjpContext,
  firstChosen: (a: Var, b: Var) => Var,
): (Var | null)[] {
  const [a, b, g] = pairOf(inputs, gradients);
  const toFirst = program.apply(multiply, g, firstChosen(a, b));
  return [
    a.requiresGrad ? reduceTo(program, toFirst, a.dims) : null,
    b.requiresGrad ? reduceTo(program, program.apply(subtract, g, toFirst), b.dims) : null,
  ];
}

function binary(
  name: string,
  opType: string,
  combine: (a: number, b: number) => number,
  vjp: NonNullable<Op['vjp']>,
): Op {
  return {
    name,
    infer: (inputs) => [
      { dims: broadcastDims(operand(inputs, 0).dims, operand(inputs, 1).dims, name), dtype: 'float32' },
    ],
    emit: ({ graph }, inputs, [output]) => [graph.single(opType, inputs, output?.dims ?? [])],
    evaluate: (inputs) => [zipBroadcast(operand(inputs, 0), operand(inputs, 1), combine)],
    vjp,
  };
}

function unary(name: string, opType: string, change: (x: number) => number, vjp?: NonNullable<Op['vjp']>): Op {
  return {
    name,
    infer: (inputs) => [{ dims: operand(inputs, 0).dims, dtype: 'float32' }],
    emit: ({ graph }, inputs, [output]) => [graph.single(opType, inputs, output?.dims ?? [])],
    evaluate: (inputs) => {
      const x = operand(inputs, 0);
      return [tensor64(x.dims, (index) => change(x.data[index]!))];
    },
    ...(vjp && { vjp }),
  };
}
