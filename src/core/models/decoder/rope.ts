import type { JsonRecord } from '../../formats/json';
import type { ModelConfig, RopeScaling } from '../model-config';

/**
 * Radians per position for each of the headDim / 2 pairs, with the stretching of Llama 3.1 where the model asks for it: long waves are
 * slowed by `factor`, short ones kept, those between interpolated. Linear scaling slows all alike.
 * @see transformers, `modeling_rope_utils.py`, `_compute_llama3_parameters`
 */
export function ropeFrequencies({
  headDim,
  ropeTheta,
  ropeScaling,
}: Pick<ModelConfig, 'headDim' | 'ropeTheta' | 'ropeScaling'>): number[] {
  return Array.from({ length: headDim / 2 }, (_, pair) => {
    const frequency = ropeTheta ** (-(2 * pair) / headDim);
    if (!ropeScaling) return frequency;
    if (ropeScaling.kind === 'linear') return frequency / ropeScaling.factor;
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = ropeScaling;
    const waveLength = (2 * Math.PI) / frequency;
    if (waveLength < originalMaxPositions / highFreqFactor) return frequency;
    if (waveLength > originalMaxPositions / lowFreqFactor) return frequency / factor;
    const smooth = (originalMaxPositions / waveLength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return (1 - smooth) * (frequency / factor) + smooth * frequency;
  });
}

/** `rope_scaling` of config.json. */
export function describeRopeScaling(rope: RopeScaling): JsonRecord {
  if (rope.kind === 'linear') return { rope_type: rope.kind, factor: rope.factor };
  return {
    rope_type: rope.kind,
    factor: rope.factor,
    low_freq_factor: rope.lowFreqFactor,
    high_freq_factor: rope.highFreqFactor,
    original_max_position_embeddings: rope.originalMaxPositions,
  };
}
