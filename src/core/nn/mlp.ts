import { geluTanh, multiply, silu } from '../ops/elementwise';
import type { Program, Var } from '../ops/program';
import { linear } from './linear';
import type { WeightInputs } from './weights';

/** Sizes of a gated MLP; a ModelConfig fits. */
export interface MlpShape {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly activation: keyof typeof ACTIVATIONS;
}

/** What the gate may go through. */
const ACTIVATIONS = { silu, geluTanh };

/** down(activation(gate(x)) · up(x)), SwiGLU or GeGLU of Shazeer 2020, arXiv:2002.05202. Shapes: x [N, D] and the result likewise. */
export function gatedMlp(program: Program, weights: WeightInputs, x: Var, prefix: string, config: MlpShape): Var {
  const { hiddenSize, intermediateSize } = config;
  const widen = (name: string) =>
    linear(program, weights, x, { name: `${prefix}${name}`, out: intermediateSize, in: hiddenSize });
  const inner = program.apply(
    multiply,
    program.apply(ACTIVATIONS[config.activation], widen('gate_proj')),
    widen('up_proj'),
  );
  return linear(program, weights, inner, { name: `${prefix}down_proj`, out: hiddenSize, in: intermediateSize });
}
