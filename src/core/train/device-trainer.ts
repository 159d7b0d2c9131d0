import type { ErrorCode } from '../error-codes';
import { NumericError, ShapeError, WorkbenchError } from '../errors';
import { DeviceWeights } from '../models/device-weights';
import { DeviceAdamW } from '../optim/device-adamw';
import type { DeviceMemory, DeviceTensor, TensorView } from '../ports';
import { DeviceAdapters } from './device-adapters';
import {
  allocateDeviceLearning,
  fetchTensor,
  freeDeviceLearning,
  restoreDeviceLearning,
  rowsOf,
  saveDeviceLearning,
  writeRows,
  type DeviceLearning,
} from './device-learning';
import { readFrom, type StateTensor } from './learning-state';
import { DECAYED, isEmbedding } from './decay-groups';
import { openDropout } from './dropout-draws';
import { rowIdsOf } from './learning-plan';
import { copyExactly, peftName } from './lora';
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
import { TrainerGraphs } from './trainer-graphs';
import { TrainerPasses } from './trainer-passes';

interface Parts {
  readonly options: TrainerOptions;
  readonly device: DeviceMemory;
  readonly weights: DeviceWeights;
  /** Whether the weights on the device are this trainer's own to give back. */
  readonly ownsWeights: boolean;
  readonly adapters: DeviceAdapters | null;
  readonly learning: readonly DeviceLearning[];
  readonly tensors: ReadonlyMap<string, DeviceTensor | TensorView>;
}

/**
 * The trainer whose weights, gradients and moments stay on a device. A step sends tokens up and brings down the loss, the log-probabilities and
 * one norm for each tensor. States and adapters have the same names and layout as those of `GraphTrainer`, so a run may go on on either.
 */
export class DeviceTrainer implements Trainer {
  readonly #parts: Parts;
  readonly #graphs: TrainerGraphs;
  readonly #passes: TrainerPasses;
  readonly #adamw: DeviceAdamW;
  #hasGradient = false;
  /** Rows whose gradient has been gathered since the last step. */
  #gatheredRows = 0;
  #step = 0;

  private constructor(parts: Parts, plan: LearningPlan) {
    this.#parts = parts;
    const { options, learning, tensors, device } = parts;
    const { config, executor, checkpointing = false, maxTokensPerMicroBatch, mode } = options;
    this.#adamw = new DeviceAdamW(executor, device);
    this.#graphs = new TrainerGraphs({ config, plan, executor, checkpointing, maxTokensPerMicroBatch });
    const rowIds = plan.rows.size > 0 ? rowIdsOf(mode) : [];
    const dropout = openDropout(options, plan);
    this.#passes = new TrainerPasses({
      config,
      graphs: this.#graphs,
      maxTokensPerMicroBatch,
      places:
        rowIds.length === 0 ? null : { count: rowIds.length, placeOf: new Map(rowIds.map((id, place) => [id, place])) },
      tensors,
      gradients: Object.fromEntries(learning.map(({ name, gradient }) => [gradientOf(name), gradient])),
      packing: options.packing ?? false,
      draws: (rows, batch) => dropout?.feeds(this.#step, this.#gatheredRows, rows, batch) ?? {},
      refuse: (message, code, where) => this.#refuse(message, code, where),
    });
  }

  static async create(options: TrainerOptions, device: DeviceMemory, plan: LearningPlan): Promise<DeviceTrainer> {
    const { mode, config, parameters, executor, deviceWeights } = options;
    refuseSettings(options);
    const weights = deviceWeights ?? new DeviceWeights(device, parameters);
    const adapters =
      mode.kind === 'lora' ? await DeviceAdapters.create({ plan, mode, weights, executor, device }) : null;
    const values = new Map([...(await weights.current()), ...(adapters?.tensors() ?? [])]);
    const rowIds = plan.rows.size > 0 ? rowIdsOf(mode) : [];
    const learning = await allocateDeviceLearning(
      device,
      listLearning(config, plan).map(({ name, dims }) => {
        const embedding = [...plan.rows.keys()].find((each) => name === learningRowsOf(each));
        const weight = values.get(embedding ?? name);
        if (!weight) throw new ShapeError(`The device has no tensor "${name}".`);
        return { name, dims, weight, ids: embedding === undefined ? null : rowIds };
      }),
    );
    const tensors = new Map<string, DeviceTensor | TensorView>(values);
    for (const { name, gradient } of learning) tensors.set(accumulatedOf(name), gradient);
    // The gradient of learning rows does not read them, but the graph declares their place.
    tensors.set('learningIds', {
      dtype: 'int64',
      dims: [rowIds.length + 1],
      data: BigInt64Array.from([...rowIds, 0], BigInt),
    });
    const ownsWeights = deviceWeights === undefined;
    return new DeviceTrainer({ options, device, weights, ownsWeights, adapters, learning, tensors }, plan);
  }

  get stats(): TrainerStats {
    return this.#passes.stats;
  }

  async accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult> {
    await this.#parts.weights.current();
    if (!this.#hasGradient) {
      await this.#adamw.clear(this.#parts.learning);
      this.#gatheredRows = 0;
    }
    this.#hasGradient = true;
    const result = await this.#passes.accumulate(rows, loss);
    this.#gatheredRows += rows.length;
    return result;
  }

  async logProbs(
    rows: readonly TokenRow[],
    options?: { readonly temperature?: number },
  ): Promise<readonly Float32Array[]> {
    await this.#parts.weights.current();
    return this.#passes.logProbs(rows, options);
  }

  async values(rows: readonly TokenRow[]): Promise<readonly Float32Array[]> {
    await this.#parts.weights.current();
    return this.#passes.values(rows);
  }

  async forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    await this.#parts.weights.current();
    return this.#passes.forwardLogits(rows);
  }

  async step(options: StepOptions): Promise<{ readonly gradNorm: number; readonly clipScale: number }> {
    const { learning, weights, adapters } = this.#parts;
    if (!this.#hasGradient)
      throw new WorkbenchError('precondition', 'There is no gradient to step with.', { code: 'no-gradient' });
    const norms = await this.#adamw.squaredNorms(learning);
    const lost = norms.findIndex((norm) => !Number.isFinite(norm));
    if (lost >= 0) {
      const name = learning[lost]?.name ?? '';
      throw this.#refuse(`The gradient of "${name}" is not finite.`, 'gradient-not-finite', name);
    }
    const gradNorm = Math.sqrt(norms.reduce((total, norm) => total + norm, 0));
    // The 1e-6 is torch.nn.utils.clip_grad_norm_'s.
    const clipScale = Math.min(1, options.clipNorm / (gradNorm + 1e-6));
    this.#step++;
    const { learningRate, beta1, beta2, eps, weightDecay, decay, learningRateOf } = options;
    await this.#adamw.update(
      learning,
      { learningRate, beta1, beta2, eps, weightDecay, step: this.#step, gradientScale: clipScale },
      (index) => factorsOf(learning[index], learningRateOf),
      (index) => {
        const tensor = learning[index];
        if (!tensor) return false;
        return typeof decay === 'function' ? decay(tensor.name) : DECAYED[decay](tensor);
      },
    );
    this.#hasGradient = false;
    await adapters?.apply();
    weights.markChanged();
    return { gradNorm, clipScale };
  }

  discard(): void {
    this.#hasGradient = false;
  }

  /** Without an average of its own: with the weights of training. */
  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    await this.#parts.weights.toHost();
    return work();
  }

  async save(): Promise<TrainerState> {
    const { device, learning, weights } = this.#parts;
    await weights.toHost();
    return { step: this.#step, tensors: await saveDeviceLearning(device, learning) };
  }

  async restore(state: TrainerState | StateReader): Promise<void> {
    const { device, learning, weights, adapters } = this.#parts;
    await weights.current();
    await restoreDeviceLearning(device, learning, 'read' in state ? state.read : readFrom(state.tensors));
    this.#step = state.step;
    this.#hasGradient = false;
    await adapters?.apply();
    weights.markChanged();
  }

  async adapter(): Promise<readonly StateTensor<Float32Array>[]> {
    const { device, learning, adapters } = this.#parts;
    if (!adapters) return [];
    const tensors: StateTensor<Float32Array>[] = [];
    for (const { name, weight, ids, firstMoment } of learning) {
      const values = await fetchTensor(device, weight);
      const { dims } = firstMoment;
      tensors.push({ name: adapterFileName(name), dims, data: ids ? rowsOf(values, ids, dims[1] ?? 1) : values });
    }
    return tensors;
  }

  async loadAdapter(tensors: readonly StateTensor<Float32Array>[]): Promise<void> {
    const { device, learning, weights, adapters } = this.#parts;
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
    await weights.current();
    for (const { name, weight, ids, firstMoment } of learning) {
      const file = adapterFileName(name);
      const data = byName.get(file);
      if (!data)
        throw new WorkbenchError('validation', `The adapter has no tensor "${file}".`, {
          code: 'adapter-tensor-missing',
          where: file,
          wayOut: 'Load it with the rank and targets that it was made with.',
        });
      const { dims } = firstMoment;
      const values = new Float32Array(dims.reduce((size, dim) => size * dim, 1));
      copyExactly(data, values, file);
      if (ids) await writeRows(device, weight, ids, values);
      else await device.copy({ dtype: 'float32', dims, data: values }, weight);
    }
    await adapters?.apply();
    weights.markChanged();
  }

  async merge(): Promise<void> {
    await this.#parts.adapters?.apply();
    this.#parts.weights.markChanged();
    await this.dispose();
  }

  async gradients(): Promise<readonly StateTensor<Float32Array>[]> {
    const { device, learning } = this.#parts;
    const tensors: StateTensor<Float32Array>[] = [];
    for (const { name, gradient } of learning)
      tensors.push({ name, dims: gradient.dims, data: await fetchTensor(device, gradient) });
    return tensors;
  }

  async dispose(): Promise<void> {
    const { device, learning, adapters, weights, ownsWeights } = this.#parts;
    await weights.toHost();
    await this.#graphs.dispose();
    await this.#adamw.dispose();
    await adapters?.dispose();
    freeDeviceLearning(device, learning);
    if (ownsWeights) weights.dispose();
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

/** @throws WorkbenchError `device-settings` for what only the processor's trainer does; a job is sent there before it comes so far */
function refuseSettings({ moments = 'float32', averageDecay }: TrainerOptions): void {
  if (moments === 'float32' && typeof averageDecay !== 'number') return;
  throw new WorkbenchError('unsupported', 'Moments of one byte and averaged weights are kept on the processor alone.', {
    code: 'device-settings',
    wayOut: 'Choose the processor in the settings.',
  });
}

/** Factor of the learning rate for a tensor, or, where an embedding's rows differ, for each of its rows. */
function factorsOf(learning: DeviceLearning | undefined, rateOf: StepOptions['learningRateOf']): readonly number[] {
  if (!rateOf || !learning) return [1];
  const name = learning.name.replace(/#rows$/, '');
  if (!isEmbedding(name)) return [rateOf(name, null)];
  const ids = learning.ids ?? Array.from({ length: learning.weight.dims[0] ?? 1 }, (_, row) => row);
  const factors = ids.map((id) => rateOf(name, id));
  return factors.every((factor) => factor === factors[0]) ? factors.slice(0, 1) : factors;
}

/** PEFT's name of a tensor that learns. */
function adapterFileName(name: string): string {
  const weight = name.replace(/#.*$/, '');
  if (name.endsWith('#A')) return peftName(weight, 'lora_A');
  if (name.endsWith('#B')) return peftName(weight, 'lora_B');
  if (name.endsWith('#rows')) return peftName(weight, 'token_adapter');
  return `base_model.model.${name}`;
}
