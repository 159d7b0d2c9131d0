import { ropeFrequencies } from './decoder/rope';
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
