import type { ModelConfig } from '../../models/model-config';
import { EMBEDDING, listParameters } from '../../models/decoder/parameters';
import type { Rng } from '../../ports';
import type { CorpusSettings } from './corpus';
import { CorpusRows, type PackedRow } from './packing';
import { FAMILY_SIZE, MIDDLE_SIZE, SMALL_SIZE } from './problem';

/** One phase of pretraining; embedded-model.md 4 and 9, and docs/experiments.md for what was measured here. */
export interface PretrainingPhase {
  /** Names the phase's stream of random numbers. */
  readonly name: string;
  readonly corpus: CorpusSettings;
  /** Tokens seen, padding included. */
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

const SHARED = {
  rowsPerUpdate: 6,
  rowLength: 320,
  finalRateShare: 0.03,
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0.02,
  clipNorm: 1,
} as const;

const FIRST_SHARES = {
  direct: 0.12,
  workbook: 0.3,
  asked: 0,
  check: 0.3,
  drill: 0.23,
  facts: 0,
  verdict: 0.05,
} as const;

const FIRST_CHECKS = { slips: 'near', requestWeight: 1 } as const;

/**
 * First small numbers, all loss on every result; then the family's own, with little weight on results stated in one go and checks that work
 * digit by digit. The second phase opens the gap between a quick step and its check that the functional
 * tokens live on. In the third the solution goes on after the one check that was asked for: without it, fine-tuning has to teach that too.
 */
export const PRETRAINING: readonly PretrainingPhase[] = [
  {
    ...SHARED,
    name: 'rows',
    corpus: {
      ...FIRST_CHECKS,
      size: SMALL_SIZE,
      checkStyle: 'places',
      resultWeight: 1,
      checkedSlipChance: 0.45,
      goesOnAfterCheck: false,
      shares: FIRST_SHARES,
    },
    tokens: 14_000_000,
    learningRate: 2e-3,
    warmupUpdates: 40,
    decayShare: 0.7,
  },
  {
    ...SHARED,
    name: 'column-rows',
    corpus: {
      ...FIRST_CHECKS,
      size: MIDDLE_SIZE,
      checkStyle: 'columns',
      resultWeight: 0.3,
      checkedSlipChance: 0.6,
      goesOnAfterCheck: false,
      shares: FIRST_SHARES,
    },
    tokens: 4_500_000,
    learningRate: 1.2e-3,
    warmupUpdates: 60,
    decayShare: 0.8,
  },
  {
    ...SHARED,
    name: 'go-on-rows',
    corpus: {
      ...FIRST_CHECKS,
      size: MIDDLE_SIZE,
      checkStyle: 'columns',
      resultWeight: 0.1,
      checkedSlipChance: 0.4,
      goesOnAfterCheck: true,
      shares: { direct: 0.05, workbook: 0.2, asked: 0, check: 0.5, drill: 0.2, facts: 0, verdict: 0.05 },
    },
    tokens: 2_200_000,
    learningRate: 9e-4,
    warmupUpdates: 40,
    decayShare: 0.9,
  },
  {
    ...SHARED,
    name: 'asked-rows',
    // The longest solution with a check and a fix of every step.
    rowLength: 448,
    corpus: {
      size: FAMILY_SIZE,
      checkStyle: 'paper',
      resultWeight: 0.3,
      checkedSlipChance: 0.4,
      slips: 'digits',
      requestWeight: 0,
      goesOnAfterCheck: false,
      shares: { direct: 0.08, workbook: 0.22, asked: 0.42, check: 0, drill: 0.22, facts: 0, verdict: 0.06 },
    },
    tokens: 6_000_000,
    learningRate: 1.2e-3,
    warmupUpdates: 60,
    decayShare: 0.8,
  },
  {
    ...SHARED,
    name: 'drill-rows',
    rowLength: 448,
    corpus: {
      size: FAMILY_SIZE,
      checkStyle: 'paper',
      resultWeight: 0.1,
      checkedSlipChance: 0.4,
      slips: 'lengths',
      requestWeight: 0,
      goesOnAfterCheck: false,
      shares: { direct: 0.04, workbook: 0.08, asked: 0.2, check: 0, drill: 0.5, facts: 0.13, verdict: 0.05 },
    },
    tokens: 4_000_000,
    learningRate: 1e-3,
    warmupUpdates: 40,
    decayShare: 0.9,
  },
  {
    ...SHARED,
    name: 'last-rows',
    rowLength: 448,
    corpus: {
      size: FAMILY_SIZE,
      checkStyle: 'paper',
      resultWeight: 0.6,
      checkedSlipChance: 0.4,
      slips: 'lengths',
      requestWeight: 0,
      goesOnAfterCheck: false,
      shares: { direct: 0.15, workbook: 0.36, asked: 0.25, check: 0, drill: 0.18, facts: 0.04, verdict: 0.02 },
    },
    tokens: 1_500_000,
    learningRate: 6e-4,
    warmupUpdates: 30,
    decayShare: 0.9,
  },
];

/** Updates that the phase's tokens make. */
export function countUpdates(phase: PretrainingPhase): number {
  return Math.floor(phase.tokens / (phase.rowsPerUpdate * phase.rowLength));
}

/** Learning rate of update `index`, counted from 0. */
export function pretrainingRate(phase: PretrainingPhase, index: number): number {
  const updates = countUpdates(phase);
  const decayStart = updates * (1 - phase.decayShare);
  const warmup = Math.min(1, (index + 1) / phase.warmupUpdates);
  const progress = Math.max(0, (index - decayStart) / (updates - decayStart));
  return phase.learningRate * warmup * (1 - progress * (1 - phase.finalRateShare));
}

/** Rows of update `index`; depends on the stream and the index alone, so a resumed build sees the same ones. */
export function rowsOfUpdate(rng: Rng, phase: PretrainingPhase, index: number): PackedRow[] {
  const rows = new CorpusRows(rng.fork(`${phase.name}/${index}`), phase.corpus);
  return Array.from({ length: phase.rowsPerUpdate }, () => rows.next(phase.rowLength));
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
