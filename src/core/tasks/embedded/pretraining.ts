import type { ModelConfig } from '../../models/model-config';
import { EMBEDDING, listParameters } from '../../models/decoder/parameters';
import type { Rng } from '../../ports';
import { CorpusRows, type PackedRow } from './packing';

/** How the embedded model is pretrained; embedded-model.md 4 and 9, and docs/experiments.md for what was measured here. */
export interface PretrainingPlan {
  /** Tokens seen in all, padding included. */
  readonly tokens: number;
  /** Rows of one update. */
  readonly rowsPerUpdate: number;
  /** Tokens of a row; the longest document has to fit. */
  readonly rowLength: number;
  readonly learningRate: number;
  readonly warmupUpdates: number;
  /** The rate falls in a line over the last part of the updates, down to `finalRateShare`. */
  readonly decayShare: number;
  readonly finalRateShare: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

export const PRETRAINING: PretrainingPlan = {
  tokens: 14_000_000,
  rowsPerUpdate: 6,
  rowLength: 320,
  learningRate: 2e-3,
  warmupUpdates: 40,
  decayShare: 0.7,
  finalRateShare: 0.03,
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0.02,
  clipNorm: 1,
};

/** Updates that the plan's tokens make. */
export function countUpdates(plan: PretrainingPlan): number {
  return Math.floor(plan.tokens / (plan.rowsPerUpdate * plan.rowLength));
}

/** Learning rate of update `index`, counted from 0. */
export function pretrainingRate(plan: PretrainingPlan, index: number): number {
  const updates = countUpdates(plan);
  const decayStart = updates * (1 - plan.decayShare);
  const warmup = Math.min(1, (index + 1) / plan.warmupUpdates);
  const progress = Math.max(0, (index - decayStart) / (updates - decayStart));
  return plan.learningRate * warmup * (1 - progress * (1 - plan.finalRateShare));
}

/** Rows of update `index`; depends on the stream and the index alone, so a resumed build sees the same ones. */
export function rowsOfUpdate(rng: Rng, plan: PretrainingPlan, index: number): PackedRow[] {
  const rows = new CorpusRows(rng.fork(`rows/${index}`));
  return Array.from({ length: plan.rowsPerUpdate }, () => rows.next(plan.rowLength));
}

/** Fresh weights, written into the tensors that `tensorOf` gives: N(0, 0.5 / √fan_in), embedding N(0, 0.02), norms 1. */
export function initialiseWeights(
  rng: Rng,
  config: ModelConfig,
  tensorOf: (name: string, dims: readonly number[]) => Float32Array,
): void {
  for (const { name, dims } of listParameters(config)) {
    const data = tensorOf(name, dims);
    const [, fanIn] = dims;
    if (fanIn === undefined) {
      data.fill(1);
      continue;
    }
    const scale = name === EMBEDDING ? 0.02 : 0.5 / Math.sqrt(fanIn);
    const stream = rng.fork(`weights/${name}`);
    for (let i = 0; i < data.length; i++) data[i] = scale * stream.normal();
  }
}
