import { checkTokenIds } from '../models/token-range';
import { NumericError, ShapeError, WorkbenchError } from '../errors';
import { dropoutRate } from '../ops/dropout';
import type { TensorView } from '../ports';
import { sizeOf } from '../tensor/dims';
import type { AdapterSet } from './adapter-set';
import { feedLoss, feedTokens, scalar, scatterLogProbs, type RowPlaces } from './batch-feeds';
import { DECAYED } from './decay-groups';
import { DropoutDraws } from './dropout-draws';
import { splitByRate } from './learning-rates';
import { averageShare } from './average';
import {
  allocateLearning,
  readFrom,
  restoreLearning,
  saveLearning,
  type LearningTensor,
  type StateTensor,
} from './learning-state';
import { rowIdsOf } from './learning-plan';
import { LOSS_BUILDERS, lossNameOf, type TrainingLoss } from './loss';
import { planMicroBatches, type MicroBatch, type TokenRow, type TrainingRow } from './micro-batches';
import { accumulatedOf, gradientOf, learningRowsOf, listLearning, type LearningPlan } from './train-graph';
import type {
  AccumulateResult,
  StateReader,
  StepOptions,
  Trainer,
  TrainerOptions,
  TrainerState,
  TrainerStats,
} from './trainer';
import { TrainerGraphs, type RunnableGraph } from './trainer-graphs';

/** The trainer over compiled graphs; made by `createTrainer`. */
export class GraphTrainer implements Trainer {
  readonly #options: TrainerOptions;
  readonly #adapters: AdapterSet | null;
  readonly #learning: readonly LearningTensor[];
  readonly #places: RowPlaces | null;
  readonly #rowIds: readonly number[];
  readonly #graphs: TrainerGraphs;
  readonly #dropout: DropoutDraws | null;
  readonly #views = new Map<string, TensorView>();
  readonly #stats = { tokens: 0, positions: 0, microBatches: 0 };
  #hasGradient = false;
  /** Rows whose gradient has been gathered since the last step. */
  #gatheredRows = 0;
  #step = 0;

  constructor(options: TrainerOptions, plan: LearningPlan, adapters: AdapterSet | null) {
    this.#options = options;
    this.#adapters = adapters;
    const { mode, parameters, kernel, config, executor, maxTokensPerMicroBatch, checkpointing = false } = options;
    this.#graphs = new TrainerGraphs({ config, plan, executor, checkpointing, maxTokensPerMicroBatch });
    this.#dropout = openDropout(options, plan);
    this.#rowIds = plan.rows.size > 0 ? rowIdsOf(mode) : [];
    this.#places =
      this.#rowIds.length > 0
        ? { count: this.#rowIds.length, placeOf: new Map(this.#rowIds.map((id, place) => [id, place])) }
        : null;
    this.#learning = allocateLearning(
      kernel,
      listLearning(config, plan).map(({ name, dims }) => {
        const embedding = [...plan.rows.keys()].find((each) => name === learningRowsOf(each));
        if (embedding) return { name, dims, values: parameters.get(embedding).data, rowIds: this.#rowIds };
        return { name, dims, values: adapters?.valuesOf(name) ?? parameters.get(name).data };
      }),
      { moments: options.moments ?? 'float32', average: typeof options.averageDecay === 'number' },
    );
    for (const { name, dims, data } of parameters.names.map((each) => parameters.get(each)))
      this.#views.set(name, view(dims, data));
    for (const { name, dims, data } of adapters?.tensors() ?? []) this.#views.set(name, view(dims, data));
    for (const { name, gradientDims, gradient } of this.#learning)
      this.#views.set(accumulatedOf(name), view(gradientDims, gradient));
    this.#views.set('learningIds', {
      dtype: 'int64',
      dims: [this.#rowIds.length + 1],
      data: BigInt64Array.from([...this.#rowIds, 0], BigInt),
    });
  }

  get stats(): TrainerStats {
    return { ...this.#stats };
  }

  async accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult> {
    if (!this.#hasGradient) {
      for (const { gradient } of this.#learning) gradient.fill(0);
      this.#gatheredRows = 0;
    }
    this.#hasGradient = true;
    const totalNames = LOSS_BUILDERS[lossNameOf(loss)].totals;
    const totals: Record<string, number> = {};
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const flat = view([batch.lines * batch.length]);
      const outputs: Record<string, TensorView> = { logProbs: flat };
      for (const name of totalNames) outputs[name] = scalar(0);
      for (const { name, gradientDims, gradient } of this.#learning)
        outputs[gradientOf(name)] = view(gradientDims, gradient);
      const compiled = await this.#graphs.train(lossNameOf(loss), batch.isPacked, batch.length);
      const feeds = {
        ...feedTokens(rows, batch, this.#places),
        ...feedLoss(loss, rows, batch),
        ...this.#dropout?.feeds(this.#step, this.#gatheredRows, rows, batch),
      };
      await this.#run(compiled, feeds, outputs);
      for (const name of totalNames) totals[name] = (totals[name] ?? 0) + Number(outputs[name]?.data[0]);
      scatterLogProbs(flat.data, rows, batch, logProbs);
      this.#count(rows, batch);
      if (!Number.isFinite(totals['loss']))
        throw this.#refuse(`The loss is ${totals['loss']}.`, 'loss-not-finite', 'the loss');
    }
    this.#gatheredRows += rows.length;
    const tokens = Math.max(1, totals['tokens'] ?? 1);
    const mean = (name: string) => (totals[name] ?? 0) / tokens;
    const policy =
      loss.kind === 'policy' ? { clippedFraction: mean('clippedTokens'), kl: mean('kl'), ratio: mean('ratio') } : null;
    return { loss: totals['loss'] ?? 0, logProbs, policy };
  }

  async logProbs(
    rows: readonly TokenRow[],
    { temperature = 1 }: { readonly temperature?: number } = {},
  ): Promise<readonly Float32Array[]> {
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const flat = view([batch.lines * batch.length]);
      const compiled = await this.#graphs.logProbs(batch.isPacked, batch.length);
      const feeds = feedTokens(rows, batch, null);
      await this.#run(compiled, { ...feeds, inverseTemperature: scalar(1 / temperature) }, { logProbs: flat });
      scatterLogProbs(flat.data, rows, batch, logProbs);
      this.#count(rows, batch);
    }
    return logProbs;
  }

  async forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    const { config } = this.#options;
    const compiled = await this.#graphs.logits();
    const results: Float32Array[] = [];
    for (const [row, ids] of rows.entries()) {
      checkTokenIds(ids, config.vocabSize, `row ${row}`);
      const logits = view([ids.length, config.vocabSize]);
      const data = BigInt64Array.from(ids, BigInt);
      await this.#run(compiled, { ids: { dtype: 'int64', dims: [1, ids.length], data } }, { logits });
      results.push(logits.data);
    }
    return results;
  }

  async step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }> {
    const { kernel, parameters } = this.#options;
    if (!this.#hasGradient)
      throw new WorkbenchError('precondition', 'There is no gradient to step with.', { code: 'no-gradient' });
    let squared = 0;
    for (const { name, runs } of this.#learning) {
      const own = runs.reduce((total, run) => total + kernel.squaredNorm(run.gradient), 0);
      if (!Number.isFinite(own))
        throw this.#refuse(`The gradient of "${name}" is not finite.`, 'gradient-not-finite', name);
      squared += own;
    }
    const gradNorm = Math.sqrt(squared);
    // The 1e-6 is torch.nn.utils.clip_grad_norm_'s.
    const clipScale = Math.min(1, options.clipNorm / (gradNorm + 1e-6));
    this.#step++;
    const { decay } = options;
    const decays = typeof decay === 'function' ? ({ name }: LearningTensor) => decay(name) : DECAYED[decay];
    for (const [index, tensor] of this.#learning.entries()) {
      const weightDecay = decays(tensor) ? options.weightDecay : 0;
      const { beta1, beta2, eps } = options;
      for (const { run, factor } of splitByRate(tensor, options.learningRateOf)) {
        run.moments.step(
          kernel,
          run,
          {
            learningRate: options.learningRate * factor,
            beta1,
            beta2,
            eps,
            weightDecay,
            step: this.#step,
            gradientScale: clipScale,
          },
          seedOf(this.#step, index) + run.firstRow,
        );
      }
    }
    this.#hasGradient = false;
    this.#average();
    await this.#adapters?.apply();
    parameters.markChanged();
    return { gradNorm, clipScale };
  }

  discard(): void {
    this.#hasGradient = false;
  }

  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    await this.#exchangeAverage();
    try {
      return await work();
    } finally {
      await this.#exchangeAverage();
    }
  }

  save(): TrainerState {
    return { step: this.#step, tensors: this.#learning.flatMap(saveLearning) };
  }

  async restore(state: TrainerState | StateReader): Promise<void> {
    const read = 'read' in state ? state.read : readFrom(state.tensors);
    for (const tensor of this.#learning) restoreLearning(tensor, read);
    this.#step = state.step;
    this.#hasGradient = false;
    await this.#adapters?.apply();
    this.#options.parameters.markChanged();
  }

  adapter(): readonly StateTensor<Float32Array>[] {
    return this.#adapters?.toPeft(this.#rowIds) ?? [];
  }

  async loadAdapter(tensors: readonly StateTensor<Float32Array>[]): Promise<void> {
    await this.#adapters?.fromPeft(tensors, this.#rowIds);
    for (const { runs } of this.#learning)
      for (const { average, weight } of runs) if (average.length > 0) average.set(weight);
    this.#options.parameters.markChanged();
  }

  async merge(): Promise<void> {
    // The store holds the adapted weights already; only the adapter and the copy of the base go.
    await this.#adapters?.apply();
    this.#options.parameters.markChanged();
    await this.dispose();
  }

  gradients(): readonly StateTensor<Float32Array>[] {
    return this.#learning.map(({ name, gradientDims, gradient }) => ({
      name,
      dims: gradientDims,
      data: gradient.slice(),
    }));
  }

  async dispose(): Promise<void> {
    await this.#graphs.dispose();
    await this.#adapters?.dispose();
  }

  /** Lets the averages follow the weights of the step just made. */
  #average(): void {
    const { averageDecay, kernel } = this.#options;
    if (typeof averageDecay !== 'number') return;
    const share = averageShare(averageDecay, this.#step);
    for (const { runs } of this.#learning)
      for (const { average, weight } of runs) kernel.average(average, weight, share);
  }

  /** Averages into the store and weights in their place, or back. */
  async #exchangeAverage(): Promise<void> {
    for (const { runs } of this.#learning) {
      for (const { average, weight } of runs) {
        if (average.length === 0) continue;
        const kept = weight.slice();
        weight.set(average);
        average.set(kept);
      }
    }
    await this.#adapters?.apply();
    this.#options.parameters.markChanged();
  }

  #planBatches(rows: readonly { readonly ids: ArrayLike<number> }[]): readonly MicroBatch[] {
    const { maxTokensPerMicroBatch: maxTokens, config, packing = false } = this.#options;
    rows.forEach(({ ids }, row) => checkTokenIds(ids, config.vocabSize, `row ${row}`));
    return planMicroBatches(
      rows.map((row) => row.ids.length),
      { maxTokens, maxPositions: config.maxPositions, packing },
    );
  }

  async #run(
    { graph, inputs }: RunnableGraph,
    feeds: Readonly<Record<string, TensorView>>,
    outputs: Readonly<Record<string, TensorView>>,
  ): Promise<void> {
    const all: Record<string, TensorView> = {};
    for (const name of inputs) {
      const tensor = feeds[name] ?? this.#views.get(name);
      if (!tensor) throw new ShapeError(`The trainer has no value for the graph input "${name}".`);
      all[name] = tensor;
    }
    await graph.run(all, outputs);
  }

  /** Not a finite number: the gradient is forgotten, no weight has been touched. */
  #refuse(message: string, code: string, where: string): NumericError {
    this.#hasGradient = false;
    return new NumericError(message, {
      code,
      where: `${where}, update ${this.#step + 1}`,
      kept: 'All weights are as before this update.',
      wayOut: 'Lower the learning rate, or go back to an earlier checkpoint.',
    });
  }

  #count(rows: readonly TokenRow[], batch: MicroBatch): void {
    this.#stats.microBatches++;
    this.#stats.positions += batch.lines * batch.length;
    for (const { row } of batch.placements) this.#stats.tokens += (rows[row]?.ids.length ?? 1) - 1;
  }
}

/** A stream of lots for each tensor and step; rows of a tensor add their number. */
function seedOf(step: number, tensor: number): number {
  return (Math.imul(step, 0x9e3779b1) ^ Math.imul(tensor + 1, 0x85ebca77)) >>> 1;
}

function view(
  dims: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(dims)),
): TensorView & { readonly data: Float32Array } {
  return { dtype: 'float32', dims, data };
}

/** The draws of dropout, where an adapter drops anything. */
function openDropout({ mode, parameters }: TrainerOptions, plan: LearningPlan): DropoutDraws | null {
  if (mode.kind !== 'lora' || dropoutRate(mode.dropout ?? 0) === 0) return null;
  return new DropoutDraws(
    mode.rng,
    [...plan.adapters.keys()].map((weight) => ({ weight, width: parameters.get(weight).dims[1] ?? 1 })),
  );
}
