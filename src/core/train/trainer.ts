import type { DeviceWeights } from '../models/device-weights';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import type { AdamWKernel } from '../optim/adamw';
import type { GraphExecutor } from '../ports';
import { AdapterSet } from './adapter-set';
import type { DecayGroup } from './decay-groups';
import { DeviceTrainer } from './device-trainer';
import { GraphTrainer } from './graph-trainer';
import { planLearning, type TrainingMode } from './learning-plan';
import type { Int8Quantiser } from '../tensor/int8';
import type { RateOf } from './learning-rates';
import type { ReadWeight } from './lora-base';
import type { ReadState, StateTensor } from './learning-state';
import type { MomentKindName } from './moments';
import type { TrainingLoss } from './loss';
import type { TokenRow, TrainingRow } from './micro-batches';

export interface TrainerOptions {
  readonly config: ModelConfig;
  /** Weights that the trainer changes in place; after `step` their version is raised. */
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  readonly kernel: AdamWKernel;
  /** Weights that lie on the executor's device already, shared with whoever generates there. */
  readonly deviceWeights?: DeviceWeights;
  readonly mode: TrainingMode;
  /** Where a weight can be had again as it is in the store now; LoRA then keeps no copy of what it adapts. */
  readonly readWeight?: ReadWeight;
  /** Given: the products of the linear layers and of the gradients by their inputs run in 8 bits; all else stays float32. */
  readonly quantiser?: Int8Quantiser;
  /** Recompute activations in the backward pass: about half the memory for a fifth more time. */
  readonly checkpointing?: boolean;
  /** Positions in memory at once, padding included. */
  readonly maxTokensPerMicroBatch: number;
  /** Put short rows behind each other instead of padding: the same numbers, in fewer positions. */
  readonly packing?: boolean;
  /** How the optimiser keeps its moments; default float32. */
  readonly moments?: MomentKindName;
  /** Keep a running average of the weights with this decay, 0 … 1; see `withAverage`. Null or absent: none. */
  readonly averageDecay?: number | null;
}

/** What one `accumulate` found. Means are over tokens with weight ≠ 0. */
export interface AccumulateResult {
  readonly loss: number;
  /** For each row, `[i]` the log-probability of `ids[i]`, nats; 0 where the weight is 0, and at `[0]`. */
  readonly logProbs: readonly Float32Array[];
  /** Policy loss only: share of tokens whose ratio is clipped, mean divergence from the reference, mean ratio. */
  readonly policy: { readonly clippedFraction: number; readonly kl: number; readonly ratio: number } | null;
}

export interface StepOptions {
  readonly learningRate: number;
  /** Factor of the rate for a tensor (by name) or, for embeddings, for a row of it. */
  readonly learningRateOf?: RateOf;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Which tensors decay; a function is asked by the tensor's name. */
  readonly decay: DecayGroup | ((name: string) => boolean);
  /** Longest gradient; a longer one is scaled down to it. */
  readonly clipNorm: number;
}

/** A saved state that is read array by array, straight to where it belongs: restoring takes no memory of its own. */
export interface StateReader {
  readonly step: number;
  /** Fills the targets, one behind the other, with the saved array. @throws {ShapeError} when it is missing, or of another length or kind */
  readonly read: ReadState;
}

export interface TrainerState {
  readonly step: number;
  readonly tensors: readonly StateTensor[];
}

/** Counters since the start. */
export interface TrainerStats {
  readonly tokens: number;
  readonly positions: number;
  readonly microBatches: number;
}

/** Trains one model in place. Not re-entrant: one call at a time. */
export interface Trainer {
  accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult>;
  /** Log-probability of every token given those before it; `[0]` is 0. */
  logProbs(rows: readonly TokenRow[], options?: { readonly temperature?: number }): Promise<readonly Float32Array[]>;
  /** How good every beginning of the rows looks to the head that judges, in [0, 1]: `[i]` after `ids[i − 1]`; `[0]` is 0. */
  values(rows: readonly TokenRow[]): Promise<readonly Float32Array[]>;
  /** Logits of every position, [ids.length, V] for each row. */
  forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]>;
  /** One AdamW step with the gradient gathered since the last one. @throws {NumericError} before any weight is touched */
  step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }>;
  /** Forget the gathered gradient. */
  discard(): void;
  /**
   * Does something with the averaged weights in the store, then puts the weights of training back; without an average, with the latter.
   * No step may be taken meanwhile.
   */
  withAverage<T>(work: () => Promise<T>): Promise<T>;
  /** Everything that a later `restore` needs. Where the tensors lie on a device, the store's weights are brought up to date too. */
  save(): Promise<TrainerState>;
  /** @throws {ShapeError} when the state is of another model or mode */
  restore(state: TrainerState | StateReader): Promise<void>;
  /** LoRA: adapter tensors under PEFT's names, learning rows included. Empty for full training. */
  adapter(): Promise<readonly StateTensor<Float32Array>[]>;
  /** LoRA: takes over an adapter's tensors by PEFT's names. */
  loadAdapter(tensors: readonly StateTensor<Float32Array>[]): Promise<void>;
  /** LoRA: fixes the adapted weights in the store and lets go of the adapter; the trainer is of no use afterwards. */
  merge(): Promise<void>;
  /** Gradient gathered so far, by name; a copy. For tests. */
  gradients(): Promise<readonly StateTensor<Float32Array>[]>;
  readonly stats: TrainerStats;
  dispose(): Promise<void>;
}

/**
 * A trainer over a store of weights. Graphs are compiled on first use.
 * @throws WorkbenchError `lora-target`, `learning-rows`, `out-of-memory`
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const plan = planLearning(options.config, options.mode);
  const { device } = options.executor;
  if (device) return DeviceTrainer.create(options, device, plan);
  const adapters =
    options.mode.kind === 'lora' ? await AdapterSet.create({ ...options, plan, mode: options.mode }) : null;
  return new GraphTrainer(options, plan, adapters);
}
