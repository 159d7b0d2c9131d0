import type { ModelConfig } from '../model-config';

/**
 * Radians per position for each of the headDim / 2 pairs, with the stretching of Llama 3.1 where the model asks for it: long waves are
 * slowed by `factor`, short ones kept, those between interpolated.
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
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = ropeScaling;
    const waveLength = (2 * Math.PI) / frequency;
    if (waveLength < originalMaxPositions / highFreqFactor) return frequency;
    if (waveLength > originalMaxPositions / lowFreqFactor) return frequency / factor;
    const smooth = (originalMaxPositions / waveLength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return (1 - smooth) * (frequency / factor) + smooth * frequency;
  });
}
