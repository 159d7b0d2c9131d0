import { ShapeError } from '../errors';
import { attend, causalMask, rope, segmentMask, type RopeTable } from '../ops/attention';
import { rmsNorm } from '../ops/normalise';
import { operand } from '../ops/operand';
import type { Program, Var } from '../ops/program';
import { concat, reshape, split, transpose } from '../ops/shape';
import { divideDim, multiplyDims, type Dim } from '../tensor/dims';
import { linear } from './linear';
import type { WeightInputs } from './weights';

/** Sizes and traits of an attention layer; a ModelConfig fits. */
export interface AttentionShape {
  readonly hiddenSize: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly qkvBias: boolean;
  readonly qkNorm: boolean;
  readonly rmsNormEps: number;
}

export interface AttentionContext {
  readonly config: AttentionShape;
  readonly rows: Dim;
  readonly length: Dim;
  /** One mask for each run of queries, see `causalMasks`. */
  readonly masks: readonly Var[];
  readonly table: RopeTable;
}

/**
 * Causal self-attention with grouped queries, rotary positions, and the bias or head norms of the family. The queries are cut into runs,
 * and a run meets only the keys up to its own end: with n runs (n + 1) / 2n of the full matrix is computed.
 * Shapes: x [B·T, D] and the result likewise.
 * @param prefix name up to and with `self_attn.`
 */
export function selfAttention(
  program: Program,
  weights: WeightInputs,
  x: Var,
  prefix: string,
  context: AttentionContext,
): Var {
  const { config, rows, length, table } = context;
  const { hiddenSize, numHeads, numKvHeads, headDim, qkvBias: bias } = config;
  const groups = numHeads / numKvHeads;
  const project = (name: string, heads: number) =>
    linear(program, weights, x, { name: `${prefix}${name}`, out: heads * headDim, in: hiddenSize, bias });
  const turn = (value: Var, name: string, heads: number) => {
    const normed = config.qkNorm ? normHeads(program, weights, value, `${prefix}${name}`, context) : value;
    return program.apply(rope(table), program.apply(reshape([rows, length, heads * headDim]), normed));
  };
  const perKeyHead = (value: Var) =>
    program.apply(transpose([0, 2, 1, 3]), program.apply(reshape([rows, length, numKvHeads, headDim]), value));

  const queries = turn(project('q_proj', numHeads), 'q_norm', numHeads);
  const grouped = program.apply(
    transpose([0, 2, 1, 3, 4]),
    program.apply(reshape([rows, length, numKvHeads, groups, headDim]), queries),
  );
  const q = program.apply(reshape([rows, numKvHeads, multiplyDims(length, groups), headDim]), grouped);
  const k = perKeyHead(turn(project('k_proj', numKvHeads), 'k_norm', numKvHeads));
  const v = perKeyHead(project('v_proj', numKvHeads));

  const attended = attendCausally(program, { q, k, v }, context);
  const ungrouped = program.apply(
    transpose([0, 2, 1, 3, 4]),
    program.apply(reshape([rows, numKvHeads, length, groups, headDim]), attended),
  );
  const joined = program.apply(reshape([multiplyDims(rows, length), numHeads * headDim]), ungrouped);
  return linear(program, weights, joined, { name: `${prefix}o_proj`, out: hiddenSize, in: numHeads * headDim });
}

/**
 * The masks of `runs` runs of queries, each over the keys up to its own end.
 * @param length   positions; divisible by `runs`
 * @param segments [B, T] int64 or null, see `segmentMask`
 * @param window   positions that each sees at most, see `causalMask`
 */
export function causalMasks(
  program: Program,
  length: Dim,
  runs: number,
  segments: Var | null,
  window: number | null = null,
): readonly Var[] {
  const size = runLength(length, runs);
  const parts = segments && program.applyAll(split(runs, 1), segments);
  return Array.from({ length: runs }, (_, run) => {
    const keys = multiplyDims(size, run + 1);
    const causal = program.apply(causalMask(size, keys, window));
    const own = parts?.[run];
    if (!parts || !own) return causal;
    return program.apply(segmentMask, own, program.apply(concat(keys, 1), ...parts.slice(0, run + 1)), causal);
  });
}

function attendCausally(
  program: Program,
  { q, k, v }: Record<'q' | 'k' | 'v', Var>,
  { config, length, masks }: AttentionContext,
): Var {
  const runs = masks.length;
  const size = runLength(length, runs);
  const groups = config.numHeads / config.numKvHeads;
  const op = attend({ groups, queries: size, scaling: 1 / Math.sqrt(config.headDim) });
  const cut = (value: Var) => program.applyAll(split(runs, 2), value);
  const [keyParts, valueParts] = [cut(k), cut(v)];
  const upTo = (parts: readonly Var[], run: number) =>
    program.apply(concat(multiplyDims(size, run + 1), 2), ...parts.slice(0, run + 1));
  const outputs = cut(q).map((part, run) =>
    program.apply(op, part, upTo(keyParts, run), upTo(valueParts, run), operand(masks, run)),
  );
  return program.apply(concat(multiplyDims(length, groups), 2), ...outputs);
}

function runLength(length: Dim, runs: number): Dim {
  const size = divideDim(length, runs);
  if (size === null) throw new ShapeError(`${length} positions cannot be cut into ${runs} runs.`);
  return size;
}

/** RMS norm over each head on its own (Qwen3). */
function normHeads(
  program: Program,
  weights: WeightInputs,
  value: Var,
  name: string,
  { config, rows, length }: AttentionContext,
): Var {
  const { headDim, rmsNormEps } = config;
  const heads = Number(value.dims[1]) / headDim;
  const perHead = program.apply(reshape([rows, length, heads, headDim]), value);
  const normed = program.apply(rmsNorm(rmsNormEps, headDim), perHead, weights.weight(`${name}.weight`, [headDim]));
  return program.apply(reshape(value.dims), normed);
}
