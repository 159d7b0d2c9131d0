import { NumericError } from '../errors';
import { encodeGraph } from '../graph/encode';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import { lowerProgram } from '../ops/lower';
import type { Program } from '../ops/program';
import type { AdamWKernel } from '../optim/adamw';
import type { CompiledGraph, GraphExecutor, TensorView } from '../ports';
import { sizeOf } from '../tensor/dims';
import { AdapterSet } from './adapter-set';
import { feedLoss, feedMicroBatch, scalar, type RowPlaces } from './batch-feeds';
import { planLearning, type TrainingMode } from './learning-plan';
import { allocateLearning, readValues, writeValues, type LearningRun, type LearningTensor } from './learning-state';
import { lossNameOf, type LossName, type TrainingLoss } from './loss';
import { countRuns, LENGTH_GRAIN, planMicroBatches, type MicroBatch, type TrainingRow } from './micro-batches';
import { accumulatedOf, buildLogitsGraph, buildLogProbGraph, buildTrainGraph, gradientOf, listLearning, type LearningPlan } from './train-graph';

export interface TrainerOptions {
  readonly config: ModelConfig;
  /** Weights that the trainer changes in place; after `step` their version is raised. */
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  readonly kernel: AdamWKernel;
  readonly mode: TrainingMode;
  /** Recompute activations in the backward pass: about half the memory for a fifth more time. */
  readonly checkpointing?: boolean;
  /** Positions in memory at once, padding included. */
  readonly maxTokensPerMicroBatch: number;
}

/** What one `accumulate` found. Means are over tokens with weight ≠ 0. */
export interface AccumulateResult {
  readonly loss: number;
  /** For each row, `[i]` the log-probability of `ids[i]`, nats; `[0]` is 0. */
  readonly logProbs: readonly Float32Array[];
  /** Policy loss only: share of tokens whose ratio is clipped, mean divergence from the reference, mean ratio. */
  readonly policy: { readonly clippedFraction: number; readonly kl: number; readonly ratio: number } | null;
}

export interface StepOptions {
  readonly learningRate: number;
  /** Factor of the rate for a tensor (by name) or, for embeddings, for a row of it. */
  readonly learningRateOf?: (name: string, row: number | null) => number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** `matrices` leaves out norms and biases. */
  readonly decay: 'all' | 'matrices';
  /** Longest gradient; a longer one is scaled down to it. */
  readonly clipNorm: number;
}

/** A named tensor of the trainer's state; `data` is a view where it can be, so write it out before the next step. */
export interface StateTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
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
  /** Log-probability of every token given those before it; `[0]` is 0. Weights are not read. */
  logProbs(rows: readonly Omit<TrainingRow, 'weights'>[], options?: { readonly temperature?: number }): Promise<readonly Float32Array[]>;
  /** Logits of every position, [ids.length, V] for each row. */
  forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]>;
  /** One AdamW step with the gradient gathered since the last one. @throws {NumericError} before any weight is touched */
  step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }>;
  /** Forget the gathered gradient. */
  discard(): void;
  save(): TrainerState;
  /** @throws {ShapeError} when the state is of another model or mode */
  restore(state: TrainerState): Promise<void>;
  /** LoRA: adapter tensors under PEFT's names, learning rows included. Empty for full training. */
  adapter(): readonly StateTensor[];
  /** LoRA: takes over an adapter's tensors by PEFT's names. */
  loadAdapter(tensors: readonly StateTensor[]): Promise<void>;
  /** LoRA: fixes the adapted weights in the store and lets go of the adapter; the trainer is of no use afterwards. */
  merge(): Promise<void>;
  /** Gradient gathered so far, by name; a copy. For tests. */
  gradients(): readonly StateTensor[];
  readonly stats: TrainerStats;
  dispose(): Promise<void>;
}

/** Logits of one run of the output head stay below this. */
const LOGIT_BYTES = 64 * 2 ** 20;

export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const plan = planLearning(options.config, options.mode);
  const adapters = options.mode.kind === 'lora' ? await AdapterSet.create({ ...options, plan, mode: options.mode }) : null;
  return new GraphTrainer(options, plan, adapters);
}

interface Compiled {
  readonly graph: CompiledGraph;
  readonly inputs: readonly string[];
}

class GraphTrainer implements Trainer {
  readonly #options: TrainerOptions;
  readonly #plan: LearningPlan;
  readonly #adapters: AdapterSet | null;
  readonly #learning: readonly LearningTensor[];
  readonly #places: RowPlaces | null;
  readonly #rowIds: readonly number[];
  readonly #graphs = new Map<string, Promise<Compiled>>();
  readonly #views = new Map<string, TensorView>();
  readonly #stats = { tokens: 0, positions: 0, microBatches: 0 };
  #hasGradient = false;
  #step = 0;

  constructor(options: TrainerOptions, plan: LearningPlan, adapters: AdapterSet | null) {
    this.#options = options;
    this.#plan = plan;
    this.#adapters = adapters;
    const { mode, parameters, kernel, config } = options;
    this.#rowIds = mode.kind === 'lora' ? (mode.trainableRows ?? []) : [];
    this.#places = this.#rowIds.length > 0 ? { count: this.#rowIds.length, placeOf: new Map(this.#rowIds.map((id, place) => [id, place])) } : null;
    this.#learning = allocateLearning(
      kernel,
      listLearning(config, plan).map(({ name, dims }) => {
        const embedding = [...plan.rows.keys()].find((each) => name === `${each}#rows`);
        if (embedding) return { name, dims, values: parameters.get(embedding).data, rowIds: this.#rowIds };
        return { name, dims, values: adapters?.valuesOf(name) ?? parameters.get(name).data };
      }),
    );
    for (const { name, dims, data } of parameters.names.map((each) => parameters.get(each))) this.#views.set(name, view(dims, data));
    for (const { name, dims, data } of adapters?.tensors() ?? []) this.#views.set(name, view(dims, data));
    for (const { name, gradientDims, gradient } of this.#learning) this.#views.set(accumulatedOf(name), view(gradientDims, gradient));
    this.#views.set('learningIds', { dtype: 'int64', dims: [this.#rowIds.length + 1], data: BigInt64Array.from([...this.#rowIds, 0], BigInt) });
  }

  get stats(): TrainerStats {
    return { ...this.#stats };
  }

  async accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult> {
    if (!this.#hasGradient) for (const { gradient } of this.#learning) gradient.fill(0);
    this.#hasGradient = true;
    const segmented = rows.some((row) => row.segments);
    const totals: Record<string, number> = {};
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const outputs: Record<string, TensorView> = { loss: scalar(0), logProbs: view([batch.rows.length * batch.length]) };
      if (loss.kind === 'policy') for (const name of ['clippedTokens', 'tokens', 'kl', 'ratio']) outputs[name] = scalar(0);
      for (const { name, gradientDims, gradient } of this.#learning) outputs[gradientOf(name)] = view(gradientDims, gradient);
      const compiled = await this.#trainGraph(lossNameOf(loss), segmented, batch.length);
      await this.#run(compiled, { ...feedMicroBatch(rows, batch, this.#places), ...feedLoss(loss, rows, batch) }, outputs);
      for (const [name, { data, dims }] of Object.entries(outputs)) if (dims.length === 1 && dims[0] === 1 && !name.startsWith('grad/')) totals[name] = (totals[name] ?? 0) + Number(data[0]);
      scatterLogProbs(batch, outputs['logProbs'], logProbs);
      this.#count(rows, batch);
      requireFinite(totals['loss'] ?? 0, this.#step);
    }
    const tokens = Math.max(1, totals['tokens'] ?? 1);
    const mean = (name: string) => (totals[name] ?? 0) / tokens;
    const policy = loss.kind === 'policy' ? { clippedFraction: mean('clippedTokens'), kl: mean('kl'), ratio: mean('ratio') } : null;
    return { loss: totals['loss'] ?? 0, logProbs, policy };
  }

  async logProbs(rows: readonly Omit<TrainingRow, 'weights'>[], { temperature = 1 }: { readonly temperature?: number } = {}): Promise<readonly Float32Array[]> {
    const segmented = rows.some((row) => row.segments);
    const weighted = rows.map((row) => ({ ...row, weights: row.ids }));
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(weighted)) {
      const outputs = { logProbs: view([batch.rows.length * batch.length]) };
      const compiled = await this.#logProbGraph(segmented, batch.length);
      const { weights: _unused, ...feeds } = feedMicroBatch(weighted, batch, null);
      await this.#run(compiled, { ...feeds, inverseTemperature: scalar(1 / temperature) }, outputs);
      scatterLogProbs(batch, outputs.logProbs, logProbs);
      this.#count(weighted, batch);
    }
    return logProbs;
  }

  async forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    const { config } = this.#options;
    const compiled = await this.#compile('logits', () => buildLogitsGraph(config));
    const results: Float32Array[] = [];
    for (const ids of rows) {
      const logits = view([ids.length, config.vocabSize]);
      const data = BigInt64Array.from(ids, BigInt);
      await this.#run(compiled, { ids: { dtype: 'int64', dims: [1, ids.length], data } }, { logits });
      results.push(logits.data);
    }
    return results;
  }

  async step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }> {
    const { kernel, parameters } = this.#options;
    let squared = 0;
    for (const { name, runs } of this.#learning) {
      const own = runs.reduce((total, run) => total + kernel.squaredNorm(run.gradient), 0);
      if (!Number.isFinite(own)) throw new NumericError(`The gradient of "${name}" is not finite.`, { where: `${name}, update ${this.#step + 1}`, kept: 'All weights are as before this update.', wayOut: 'Lower the learning rate, or go back to an earlier checkpoint.' });
      squared += own;
    }
    const gradNorm = Math.sqrt(squared);
    // The 1e-6 is torch.nn.utils.clip_grad_norm_'s.
    const clipScale = Math.min(1, options.clipNorm / (gradNorm + 1e-6));
    this.#step++;
    for (const tensor of this.#learning) {
      const weightDecay = options.decay === 'all' || tensor.isMatrix ? options.weightDecay : 0;
      const { beta1, beta2, eps } = options;
      for (const { run, factor } of splitByRate(tensor, options.learningRateOf)) {
        kernel.update(run, { learningRate: options.learningRate * factor, beta1, beta2, eps, weightDecay, step: this.#step, gradientScale: clipScale });
      }
    }
    this.#hasGradient = false;
    await this.#adapters?.apply();
    parameters.markChanged();
    return { gradNorm, clipScale };
  }

  discard(): void {
    this.#hasGradient = false;
  }

  save(): TrainerState {
    const tensors = this.#learning.flatMap((tensor) =>
      STATE_PARTS.map(({ prefix, part }) => {
        const [only, ...others] = tensor.runs;
        const data = only && others.length === 0 ? only[part] : readValues(tensor, part);
        const [, ...rest] = tensor.gradientDims;
        return { name: `${prefix}/${tensor.name}`, dims: [data.length / sizeOf(rest), ...rest], data };
      }),
    );
    return { step: this.#step, tensors };
  }

  async restore({ step, tensors }: TrainerState): Promise<void> {
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
    for (const tensor of this.#learning) {
      for (const { prefix, part } of STATE_PARTS) {
        const data = byName.get(`${prefix}/${tensor.name}`);
        writeValues(tensor, part, data ?? new Float32Array(0));
      }
    }
    this.#step = step;
    this.#hasGradient = false;
    await this.#adapters?.apply();
    this.#options.parameters.markChanged();
  }

  adapter(): readonly StateTensor[] {
    return this.#adapters?.toPeft(this.#rowIds) ?? [];
  }

  async loadAdapter(tensors: readonly StateTensor[]): Promise<void> {
    await this.#adapters?.fromPeft(tensors, this.#rowIds);
    this.#options.parameters.markChanged();
  }

  async merge(): Promise<void> {
    // The store holds the adapted weights already; only the adapter and the copy of the base go.
    await this.#adapters?.apply();
    this.#options.parameters.markChanged();
    await this.dispose();
  }

  gradients(): readonly StateTensor[] {
    return this.#learning.map(({ name, gradientDims, gradient }) => ({ name, dims: gradientDims, data: gradient.slice() }));
  }

  async dispose(): Promise<void> {
    for (const compiled of this.#graphs.values()) await (await compiled).graph.dispose();
    this.#graphs.clear();
    await this.#adapters?.dispose();
  }

  #planBatches(rows: readonly { readonly ids: ArrayLike<number> }[]): readonly MicroBatch[] {
    const { maxTokensPerMicroBatch, config } = this.#options;
    return planMicroBatches(
      rows.map((row) => row.ids.length),
      maxTokensPerMicroBatch,
      config.maxPositions,
    );
  }

  #headChunks(): number {
    const { maxTokensPerMicroBatch, config } = this.#options;
    const bytes = maxTokensPerMicroBatch * config.vocabSize * Float32Array.BYTES_PER_ELEMENT;
    // A power of two up to the grain divides the tokens of every micro-batch.
    return Math.min(LENGTH_GRAIN, 2 ** Math.max(0, Math.ceil(Math.log2(bytes / LOGIT_BYTES))));
  }

  #trainGraph(loss: LossName, segmented: boolean, length: number): Promise<Compiled> {
    const { config, checkpointing = false } = this.#options;
    const runs = countRuns(length);
    return this.#compile(`train/${loss}/${segmented}/${runs}`, () =>
      buildTrainGraph({ config, plan: this.#plan, loss, checkpointing, headChunks: this.#headChunks(), segmented, runs, grain: LENGTH_GRAIN }),
    );
  }

  #logProbGraph(segmented: boolean, length: number): Promise<Compiled> {
    const runs = countRuns(length);
    return this.#compile(`log-probs/${segmented}/${runs}`, () => buildLogProbGraph({ config: this.#options.config, headChunks: this.#headChunks(), segmented, runs, grain: LENGTH_GRAIN }));
  }

  #compile(key: string, build: () => Program): Promise<Compiled> {
    const known = this.#graphs.get(key);
    if (known) return known;
    const compiling = (async () => {
      const graph = lowerProgram(build());
      const compiled = await this.#options.executor.compile(encodeGraph(graph), { label: graph.name });
      return { graph: compiled, inputs: graph.inputs.map((input) => input.name) };
    })();
    this.#graphs.set(key, compiling);
    return compiling;
  }

  async #run({ graph, inputs }: Compiled, feeds: Readonly<Record<string, TensorView>>, outputs: Readonly<Record<string, TensorView>>): Promise<void> {
    const all: Record<string, TensorView> = {};
    for (const name of inputs) {
      const tensor = feeds[name] ?? this.#views.get(name);
      if (!tensor) throw new Error(`The trainer has no value for the graph input "${name}".`);
      all[name] = tensor;
    }
    await graph.run(all, outputs);
  }

  #count(rows: readonly TrainingRow[], batch: MicroBatch): void {
    this.#stats.microBatches++;
    this.#stats.positions += batch.rows.length * batch.length;
    for (const row of batch.rows) this.#stats.tokens += (rows[row]?.ids.length ?? 1) - 1;
  }
}

const STATE_PARTS = [
  { prefix: 'weight', part: 'weight' },
  { prefix: 'moment1', part: 'firstMoment' },
  { prefix: 'moment2', part: 'secondMoment' },
] as const;

function view(dims: readonly number[], data: Float32Array = new Float32Array(sizeOf(dims))): TensorView & { readonly data: Float32Array } {
  return { dtype: 'float32', dims, data };
}

function scatterLogProbs({ rows, length }: MicroBatch, flat: TensorView | undefined, into: readonly Float32Array[]): void {
  rows.forEach((row, index) => {
    const target = into[row];
    for (let position = 0; target && position < target.length - 1; position++) target[position + 1] = Number(flat?.data[index * length + position]);
  });
}

function requireFinite(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new NumericError(`The loss is ${loss}.`, {
    code: 'loss-not-finite',
    where: `update ${step + 1}`,
    kept: 'All weights are as before this update.',
    wayOut: 'Lower the learning rate, or go back to an earlier checkpoint.',
  });
}

/** Cuts a tensor's runs where the rate changes from row to row. */
function splitByRate(tensor: LearningTensor, rateOf: StepOptions['learningRateOf']): { run: LearningRun; factor: number }[] {
  if (!rateOf) return tensor.runs.map((run) => ({ run, factor: 1 }));
  const name = tensor.name.replace(/#rows$/, '');
  if (!tensor.isMatrix || !/embed_tokens|lm_head/.test(name)) return tensor.runs.map((run) => ({ run, factor: rateOf(name, null) }));
  return tensor.runs.flatMap((run) => {
    const rows = run.weight.length / run.width;
    const pieces: { run: LearningRun; factor: number }[] = [];
    for (let start = 0; start < rows; ) {
      const factor = rateOf(name, run.firstRow + start);
      let end = start + 1;
      while (end < rows && rateOf(name, run.firstRow + end) === factor) end++;
      pieces.push({ run: sliceRun(run, start, end), factor });
      start = end;
    }
    return pieces;
  });
}

function sliceRun(run: LearningRun, from: number, to: number): LearningRun {
  const cut = (values: Float32Array) => values.subarray(from * run.width, to * run.width);
  return { ...run, weight: cut(run.weight), gradient: cut(run.gradient), firstMoment: cut(run.firstMoment), secondMoment: cut(run.secondMoment), firstRow: run.firstRow + from };
}
