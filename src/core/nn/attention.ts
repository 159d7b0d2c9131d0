import type { ModelConfig } from '../models/model-config';
import { attend, rope, type RopeTable } from '../ops/attention';
import { rmsNorm } from '../ops/normalise';
import type { Program, Var } from '../ops/program';
import { reshape, transpose } from '../ops/shape';
import type { Dim } from '../tensor/dims';
import { linear } from './linear';
import type { WeightInputs } from './weights';

export interface AttentionContext {
  readonly config: ModelConfig;
  readonly rows: Dim;
  readonly length: Dim;
  readonly mask: Var;
  readonly table: RopeTable;
}

/**
 * Causal self-attention with grouped queries, rotary positions, and the bias or head norms of the family.
 * Shapes: x [B·T, D] and the result likewise; the mask broadcasts to [B, K, G, T, T].
 * @param prefix name up to and with `self_attn.`
 */
export function selfAttention(program: Program, weights: WeightInputs, x: Var, prefix: string, context: AttentionContext): Var {
  const { config, rows, length, mask, table } = context;
  const { hiddenSize, numHeads, numKvHeads, headDim, qkvBias: bias } = config;
  const groups = numHeads / numKvHeads;
  const tokens = x.dims[0] ?? 1;
  const project = (name: string, heads: number) => linear(program, weights, x, { name: `${prefix}${name}`, out: heads * headDim, in: hiddenSize, bias });
  const turn = (value: Var, name: string, heads: number) => {
    const normed = config.qkNorm ? normHeads(program, weights, value, `${prefix}${name}`, context) : value;
    return program.apply(rope(table), program.apply(reshape([rows, length, heads * headDim]), normed));
  };
  const perKeyHead = (value: Var) => program.apply(transpose([0, 2, 1, 3]), program.apply(reshape([rows, length, numKvHeads, headDim]), value));

  const queries = turn(project('q_proj', numHeads), 'q_norm', numHeads);
  const grouped = program.apply(transpose([0, 2, 3, 1, 4]), program.apply(reshape([rows, length, numKvHeads, groups, headDim]), queries));
  const q = program.apply(reshape([rows, numKvHeads, groups === 1 ? length : `${groups}*${length}`, headDim]), grouped);
  const k = perKeyHead(turn(project('k_proj', numKvHeads), 'k_norm', numKvHeads));
  const v = perKeyHead(project('v_proj', numKvHeads));

  const attended = program.apply(attend(groups, 1 / Math.sqrt(headDim)), q, k, v, mask);
  const ungrouped = program.apply(transpose([0, 3, 1, 2, 4]), program.apply(reshape([rows, numKvHeads, groups, length, headDim]), attended));
  const joined = program.apply(reshape([tokens, numHeads * headDim]), ungrouped);
  return linear(program, weights, joined, { name: `${prefix}o_proj`, out: hiddenSize, in: numHeads * headDim });
}

/** RMS norm over each head on its own (Qwen3). */
function normHeads(program: Program, weights: WeightInputs, value: Var, name: string, { config, rows, length }: AttentionContext): Var {
  const { headDim, rmsNormEps } = config;
  const heads = Number(value.dims[1]) / headDim;
  const perHead = program.apply(reshape([rows, length, heads, headDim]), value);
  const normed = program.apply(rmsNorm(rmsNormEps, headDim), perHead, weights.weight(`${name}.weight`, [headDim]));
  return program.apply(reshape(value.dims), normed);
}
