import type { ErrorCode } from '../error-codes';
import { NumericError, WorkbenchError } from '../errors';
import type { TensorView } from '../ports';
import type { AdapterSet } from './adapter-set';
import type { RowPlaces } from './batch-feeds';
import { DECAYED } from './decay-groups';
import { openDropout } from './dropout-draws';
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
import type { TrainingLoss } from './loss';
import type { TokenRow, TrainingRow } from './micro-batches';
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
import { QuantisedWeights } from './quantised-weights';
import { TrainerGraphs } from './trainer-graphs';
import { TrainerPasses, view } from './trainer-passes';

/** The trainer over compiled graphs; made by `createTrainer`. */
export class GraphTrainer implements Trainer {
  readonly #options: TrainerOptions;
  readonly #adapters: AdapterSet | null;
  readonly #learning: readonly LearningTensor[];
  readonly #rowIds: readonly number[];
  readonly #graphs: TrainerGraphs;
  readonly #passes: TrainerPasses;
  readonly #quantised: QuantisedWeights | null;
  #hasGradient = false;
  /** Rows whose gradient has been gathered since the last step. */
  #gatheredRows = 0;
  #step = 0;

  constructor(options: TrainerOptions, plan: LearningPlan, adapters: AdapterSet | null) {
    this.#options = options;
    this.#adapters = adapters;
    const { mode, parameters, kernel, config, executor, maxTokensPerMicroBatch, checkpointing = false } = options;
    const { quantiser } = options;
    this.#quantised = quantiser ? new QuantisedWeights({ config, plan, parameters, quantiser }) : null;
    this.#graphs = new TrainerGraphs({
      config,
      plan,
      executor,
      checkpointing,
      maxTokensPerMicroBatch,
      ...(this.#quantised && { quantised: this.#quantised.names }),
    });
    this.#rowIds = plan.rows.size > 0 ? rowIdsOf(mode) : [];
    const places: RowPlaces | null =
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
    const views = new Map<string, TensorView>();
    for (const { name, dims, data } of parameters.names.map((each) => parameters.get(each)))
      views.set(name, view(dims, data));
    for (const { name, dims, data } of adapters?.tensors() ?? []) views.set(name, view(dims, data));
    for (const [name, matrix] of this.#quantised?.views() ?? []) views.set(name, matrix);
    for (const { name, gradientDims, gradient } of this.#learning)
      views.set(accumulatedOf(name), view(gradientDims, gradient));
    views.set('learningIds', {
      dtype: 'int64',
      dims: [this.#rowIds.length + 1],
      data: BigInt64Array.from([...this.#rowIds, 0], BigInt),
    });
    const dropout = openDropout(options, plan);
    this.#passes = new TrainerPasses({
      config,
      graphs: this.#graphs,
      maxTokensPerMicroBatch,
      packing: options.packing ?? false,
      places,
      tensors: views,
      gradients: Object.fromEntries(
        this.#learning.map(({ name, gradientDims, gradient }) => [gradientOf(name), view(gradientDims, gradient)]),
      ),
      draws: (rows, batch) => dropout?.feeds(this.#step, this.#gatheredRows, rows, batch) ?? {},
      refuse: (message, code, where) => this.#refuse(message, code, where),
    });
  }

  get stats(): TrainerStats {
    return this.#passes.stats;
  }

  async accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult> {
    if (!this.#hasGradient) {
      for (const { gradient } of this.#learning) gradient.fill(0);
      this.#gatheredRows = 0;
    }
    this.#hasGradient = true;
    const result = await this.#passes.accumulate(rows, loss);
    this.#gatheredRows += rows.length;
    return result;
  }

  logProbs(rows: readonly TokenRow[], options?: { readonly temperature?: number }): Promise<readonly Float32Array[]> {
    return this.#passes.logProbs(rows, options);
  }

  values(rows: readonly TokenRow[]): Promise<readonly Float32Array[]> {
    return this.#passes.values(rows);
  }

  forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    return this.#passes.forwardLogits(rows);
  }

  async step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }> {
    const { kernel } = this.#options;
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
    await this.#weightsChanged();
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

  async save(): Promise<TrainerState> {
    return { step: this.#step, tensors: this.#learning.flatMap(saveLearning) };
  }

  async restore(state: TrainerState | StateReader): Promise<void> {
    const read = 'read' in state ? state.read : readFrom(state.tensors);
    for (const tensor of this.#learning) restoreLearning(tensor, read);
    this.#step = state.step;
    this.#hasGradient = false;
    await this.#weightsChanged();
  }

  async adapter(): Promise<readonly StateTensor<Float32Array>[]> {
    return this.#adapters?.toPeft(this.#rowIds) ?? [];
  }

  async loadAdapter(tensors: readonly StateTensor<Float32Array>[]): Promise<void> {
    await this.#adapters?.fromPeft(tensors, this.#rowIds);
    this.#quantised?.refresh();
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

  async gradients(): Promise<readonly StateTensor<Float32Array>[]> {
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

  /** What is made from the learning weights follows them: the adapted weights, the grids, and whoever watches the store. */
  async #weightsChanged(): Promise<void> {
    await this.#adapters?.apply();
    this.#quantised?.refresh();
    this.#options.parameters.markChanged();
  }

  /** Not a finite number: the gradient is forgotten, no weight has been touched. */
  #refuse(message: string, code: ErrorCode, where: string): NumericError {
    this.#hasGradient = false;
    return new NumericError(message, {
      code,
      where: `${where}, update ${this.#step + 1}`,
      kept: 'All weights are as before this update.',
      wayOut: 'Lower the learning rate, or go back to an earlier checkpoint.',
    });
  }
}

/** A stream of lots for each tensor and step; rows of a tensor add their number. */
function seedOf(step: number, tensor: number): number {
  return (Math.imul(step, 0x9e3779b1) ^ Math.imul(tensor + 1, 0x85ebca77)) >>> 1;
}
