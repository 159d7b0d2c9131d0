import { ShapeError } from '../errors';
import { bindDim, showDims, type Dim } from '../tensor/dims';
import { mapRows, matmul64, tensor64, zipBroadcast, type Tensor64 } from '../tensor/tensor64';
import { multiply, subtract } from './elementwise';
import { matmul } from './linear-algebra';
import { logSoftmaxRow } from './normalise';
import { operand } from './operand';
import type { Op } from './program';
import { sum } from './shape';

/** Angles of rotary positions: `frequencies[i]` radians per position for the pair (i, i + headDim / 2). */
export interface RopeTable {
  readonly headDim: number;
  readonly frequencies: readonly number[];
  readonly maxPositions: number;
}

/**
 * Rotary positions (Su et al. 2021, arXiv:2104.09864) in the half-split layout of Hugging Face: turns x [B, T, heads · headDim] by the
 * position 0 … T-1 of each row.
 */
export function rope(table: RopeTable, inverse = false): Op {
  const { headDim, frequencies, maxPositions } = table;
  const half = headDim / 2;
  const direction = inverse ? -1 : 1;
  return {
    name: inverse ? 'ropeInverse' : 'rope',
    infer: (inputs) => {
      const { dims } = operand(inputs, 0);
      if (dims.length !== 3 || frequencies.length !== half || Number(dims[2]) % headDim !== 0) throw new ShapeError(`rope: ${showDims(dims)} does not hold heads of ${headDim}.`);
      return [{ dims, dtype: 'float32' }];
    },
    emit: ({ graph }, inputs, outputs) => {
      const angles = (turn: (angle: number) => number) => () =>
        Float32Array.from({ length: maxPositions * half }, (_, index) => turn(Math.floor(index / half) * frequencies[index % half]!));
      const cos = graph.table('rope.cos', [maxPositions, half], angles(Math.cos));
      const sin = graph.table(`rope.sin${inverse ? '.inverse' : ''}`, [maxPositions, half], angles((angle) => direction * Math.sin(angle)));
      return [graph.single('RotaryEmbedding', [operand(inputs, 0), graph.int64([0]), cos, sin], operand(outputs, 0).dims, { domain: 'com.microsoft' })];
    },
    evaluate: (inputs) => {
      const x = operand(inputs, 0);
      const [positions = 1, width = 1] = x.dims.slice(1);
      return [
        tensor64(x.dims, (index) => {
          const position = Math.floor(index / width) % positions;
          const within = index % headDim;
          const angle = direction * position * frequencies[within % half]!;
          const [partner, side] = within < half ? [index + half, -1] : [index - half, 1];
          return x.data[index]! * Math.cos(angle) + side * x.data[partner]! * Math.sin(angle);
        }),
      ];
    },
    vjp: ({ program, gradients }) => [program.apply(rope(table, !inverse), operand(gradients, 0))],
  };
}

/** Added to the scores: 0 where a position may look, −∞ at later ones: [T, T], made from the size T alone. No gradient. */
export function causalMask(length: Dim): Op {
  return {
    name: 'causalMask',
    infer: () => [{ dims: [length, length], dtype: 'float32' }],
    emit: (context) => {
      const { graph } = context;
      const size = graph.single('Squeeze', [context.size(length)], []);
      const keys = graph.single('Range', [graph.int64(0), size, graph.int64(1)], [length]);
      const isLater = graph.single('Greater', [context.reshape(keys, [1, length]), context.reshape(keys, [length, 1])], [length, length], { dtype: 'bool' });
      return [graph.single('Where', [isLater, graph.float(-Infinity), graph.float(0)], [length, length], { dtype: 'float32' })];
    },
    evaluate: (_, bindings) => {
      const size = bindDim(length, bindings);
      return [tensor64([size, size], (index) => (index % size > Math.floor(index / size) ? -Infinity : 0))];
    },
  };
}

/**
 * The mask for rows that hold several sequences: as `causalMask`, and only within the same segment.
 * Shapes: segments [B, T] (int64), causal [T, T]; result [B, 1, 1, T, T]. No gradient.
 */
export const segmentMask: Op = {
  name: 'segmentMask',
  infer: (inputs) => {
    const [rows = 1, length = 1] = operand(inputs, 0).dims;
    return [{ dims: [rows, 1, 1, length, length], dtype: 'float32' }];
  },
  emit: (context, inputs, outputs) => {
    const [segments, causal] = [operand(inputs, 0), operand(inputs, 1)];
    const [rows = 1, length = 1] = segments.dims;
    const { dims } = operand(outputs, 0);
    const isSame = context.graph.single('Equal', [context.reshape(segments, [rows, 1, 1, length, 1]), context.reshape(segments, [rows, 1, 1, 1, length])], dims, { dtype: 'bool' });
    return [context.graph.single('Where', [isSame, causal, context.graph.float(-Infinity)], dims, { dtype: 'float32' })];
  },
  evaluate: (inputs) => {
    const [segments, causal] = [operand(inputs, 0), operand(inputs, 1)];
    const [rows = 1, length = 1] = segments.dims;
    return [
      tensor64([rows, 1, 1, length, length], (index) => {
        const row = Math.floor(index / (length * length));
        const within = index % (length * length);
        const same = segments.data[row * length + Math.floor(within / length)] === segments.data[row * length + (within % length)];
        return same ? causal.data[within]! : -Infinity;
      }),
    ];
  },
};

/**
 * Scaled dot-product attention with grouped queries; keys and values are not repeated, the queries of a group share a matrix.
 *
 * Shapes: B rows, K key heads, G query heads per key head, T positions, H head size;
 * q [B, K, G·T, H], k and v [B, K, T, H], mask broadcasts to [B, K, G, T, T]; outputs o [B, K, G·T, H] and probabilities [B, K, G·T, T].
 */
export function attend(groups: number, scaling: number): Op {
  return {
    name: 'attend',
    infer: (inputs) => {
      const [q, k, v] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const [scores] = matmul({ transB: true }).infer([q, k]);
      if (showDims(k.dims) !== showDims(v.dims)) throw new ShapeError(`attend: keys ${showDims(k.dims)} and values ${showDims(v.dims)} differ.`);
      return [{ dims: q.dims, dtype: 'float32' }, operand([scores ?? null], 0)];
    },
    emit: (context, inputs, outputs) => {
      const [q, k, v, mask] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2), operand(inputs, 3)];
      const [o, p] = [operand(outputs, 0), operand(outputs, 1)];
      const [rows = 1, heads = 1, length = 1] = k.dims;
      const [raw] = matmul({ transB: true, alpha: scaling }).emit(context, [q, k], [p]);
      const grouped = [rows, heads, groups, length, length];
      const masked = context.graph.single('Add', [context.reshape(operand([raw ?? null], 0), grouped), mask], grouped);
      const probabilities = context.reshape(context.graph.single('Softmax', [masked], grouped, { attributes: { axis: -1 } }), p.dims);
      return [operand(matmul().emit(context, [probabilities, v], [o]), 0), probabilities];
    },
    evaluate: (inputs) => {
      const [q, k, v, mask] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2), operand(inputs, 3)];
      const [rows = 1, heads = 1, length = 1] = k.dims;
      const scores = matmul64(q, k, false, true, scaling);
      const grouped = zipBroadcast(regroup(scores, [rows, heads, groups, length, length]), mask, (x, y) => x + y);
      const probabilities = regroup(
        mapRows(grouped, (row) => logSoftmaxRow(row).map(Math.exp)),
        scores.dims,
      );
      return [matmul64(probabilities, v, false, false, 1), probabilities];
    },
    vjp: ({ program, inputs, outputs, gradients }) => {
      const [q, k, v] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const [o, p, g] = [operand(outputs, 0), operand(outputs, 1), operand(gradients, 0)];
      // Σ_j p_j · dp_j = Σ_h o_h · do_h: the row sum over T keys becomes one over H entries (Dao et al. 2022, arXiv:2205.14135, eq. 4).
      const delta = program.apply(sum([3]), program.apply(multiply, g, o));
      const toP = program.apply(matmul({ transB: true }), g, v);
      const toScores = program.apply(multiply, p, program.apply(subtract, toP, delta));
      return [
        program.apply(matmul({ alpha: scaling }), toScores, k),
        program.apply(matmul({ transA: true, alpha: scaling }), toScores, q),
        program.apply(matmul({ transA: true }), p, g),
        null,
      ];
    },
  };
}

function regroup(x: Tensor64, dims: readonly number[]): Tensor64 {
  return { dims, data: x.data };
}
