import { causalMasks, selfAttention } from '../../nn/attention';
import { gatedMlp } from '../../nn/mlp';
import type { WeightInputs } from '../../nn/weights';
import { add, scale, shift } from '../../ops/elementwise';
import { gatherRows, gatherRowsPartly } from '../../ops/lookup';
import { rmsNorm } from '../../ops/normalise';
import type { Program, Var } from '../../ops/program';
import { reshape } from '../../ops/shape';
import { multiplyDims } from '../../tensor/dims';
import { windowOf, type ModelConfig } from '../model-config';
import { EMBEDDING, FINAL_NORM, layerPrefix } from './parameters';
import { ropeFrequencies } from './rope';

/** Rows may be padded beyond the model's last position, up to a multiple of this. */
const ROW_GRAIN = 128;

export interface HiddenInputs {
  /** [B, T] int64 */
  readonly ids: Var;
  /** [B, T] int64, when a row holds several sequences that must not see each other; null otherwise. */
  readonly segments: Var | null;
  /** Runs of queries in attention; T is a multiple of it. */
  readonly runs: number;
}

/**
 * The decoder from token ids to the normalised hidden states that the output head reads.
 *
 * Rows are right-padded: under the causal mask no real position sees the padding behind it, so none is masked.
 * @returns [B·T, D]
 */
export function buildHidden(
  program: Program,
  weights: WeightInputs,
  config: ModelConfig,
  { ids, segments, runs }: HiddenInputs,
): Var {
  const [rows = 'B', length = 'T'] = ids.dims;
  const masksByWindow = new Map<number | null, readonly Var[]>();
  const masksOf = (layer: number): readonly Var[] => {
    const window = windowOf(config, layer);
    const known = masksByWindow.get(window) ?? causalMasks(program, length, runs, segments, window);
    masksByWindow.set(window, known);
    return known;
  };
  const table = {
    headDim: config.headDim,
    frequencies: ropeFrequencies(config),
    maxPositions: ROW_GRAIN * Math.ceil(config.maxPositions / ROW_GRAIN),
  };
  const norm = (x: Var, name: string) => {
    const stored = weights.weight(name, [config.hiddenSize]);
    const gain = config.normOffset === 0 ? stored : program.apply(shift(config.normOffset), stored);
    return program.apply(rmsNorm(config.rmsNormEps, config.hiddenSize), x, gain);
  };

  const flat = program.apply(reshape([multiplyDims(rows, length)]), ids);
  const embedded = embed(program, weights, weights.weight(EMBEDDING, [config.vocabSize, config.hiddenSize]), flat);
  let x = config.scaledEmbeddings ? program.apply(scale(Math.sqrt(config.hiddenSize)), embedded) : embedded;
  for (let layer = 0; layer < config.numLayers; layer++) {
    const prefix = layerPrefix(layer);
    const before = x;
    // Masks are made outside the region: what a region makes is made again when it is recomputed.
    const masks = masksOf(layer);
    x = program.region([before], () => {
      const attended = selfAttention(
        program,
        weights,
        norm(before, `${prefix}input_layernorm.weight`),
        `${prefix}self_attn.`,
        { config, rows, length, masks, table },
      );
      const middle = program.apply(add, before, attended);
      return program.apply(
        add,
        middle,
        gatedMlp(program, weights, norm(middle, `${prefix}post_attention_layernorm.weight`), `${prefix}mlp.`, config),
      );
    });
  }
  return norm(x, FINAL_NORM);
}

function embed(program: Program, weights: WeightInputs, table: Var, ids: Var): Var {
  const learning = weights.learningRows(EMBEDDING);
  if (!learning) return program.apply(gatherRows, table, ids);
  return program.apply(
    gatherRowsPartly,
    table,
    ids,
    learning.rows,
    program.apply(reshape(ids.dims), learning.indexOfIds),
  );
}
