import type { ModelConfig } from './model-config';

type RopeConfig = Pick<ModelConfig, 'headDim' | 'ropeTheta' | 'ropeScaling'>;

/** Cosines and sines of rotary positions, float32 rounded from float64: [positions, headDim / 2] each. */
export interface RopeTable {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Table for positions 0 … positions − 1; entry [p, i] is the angle p · frequency i. */
export function ropeTable(config: RopeConfig, positions: number): RopeTable {
  const frequencies = ropeFrequencies(config);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i]!;
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Radians per position of each pair of channels: [headDim / 2], stretched where the model says so.
 * @see Su et al. 2021, arXiv:2104.09864; for `llama3` Hugging Face modeling_rope_utils, `_compute_llama3_parameters`
 */
export function ropeFrequencies({ headDim, ropeTheta, ropeScaling }: RopeConfig): Float64Array {
  const plain = Float64Array.from({ length: headDim / 2 }, (_, i) => ropeTheta ** ((-2 * i) / headDim));
  if (ropeScaling === null) return plain;
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = ropeScaling;
  return plain.map((frequency) => {
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI);
    const share = Math.min(1, Math.max(0, (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)));
    return (1 - share) * (frequency / factor) + share * frequency;
  });
}
