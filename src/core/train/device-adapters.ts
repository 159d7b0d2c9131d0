import { encodeGraph } from '../graph/encode';
import type { DeviceWeights } from '../models/device-weights';
import type { CompiledGraph, DeviceMemory, DeviceTensor, GraphExecutor } from '../ports';
import type { TrainingMode } from './learning-plan';
import { buildMergeGraph, initialiseAdapterA, loraScaling } from './lora';
import { adapterA, adapterB, type LearningPlan } from './train-graph';

interface DeviceAdapter {
  readonly weight: string;
  readonly adapted: DeviceTensor;
  /** The weight before adaptation; `adapted` holds base + scaling·B·A. */
  readonly base: DeviceTensor;
  readonly a: DeviceTensor;
  readonly b: DeviceTensor;
}

export interface DeviceAdaptersOptions {
  readonly plan: LearningPlan;
  readonly mode: Extract<TrainingMode, { kind: 'lora' }>;
  readonly weights: DeviceWeights;
  readonly executor: GraphExecutor;
  readonly device: DeviceMemory;
}

/** The LoRA pairs of a model on a device; the counterpart of `AdapterSet`. */
export class DeviceAdapters {
  readonly #adapters: readonly DeviceAdapter[];
  readonly #device: DeviceMemory;
  readonly #merge: CompiledGraph;

  private constructor(adapters: readonly DeviceAdapter[], device: DeviceMemory, merge: CompiledGraph) {
    this.#adapters = adapters;
    this.#device = device;
    this.#merge = merge;
  }

  static async create({ plan, mode, weights, executor, device }: DeviceAdaptersOptions): Promise<DeviceAdapters> {
    const adapters: DeviceAdapter[] = [];
    const current = await weights.current();
    for (const [weight, { rank }] of plan.adapters) {
      const adapted = current.get(weight);
      if (!adapted) continue;
      const [out = 1, width = 1] = adapted.dims;
      const a = new Float32Array(rank * width);
      initialiseAdapterA(mode.rng, weight, a, width);
      const base = await device.allocate(adapted.dims);
      await device.copy(adapted, base);
      adapters.push({
        weight,
        adapted,
        base,
        a: await device.upload({ dtype: 'float32', dims: [rank, width], data: a }),
        b: await device.allocate([out, rank]),
      });
    }
    const graph = encodeGraph(buildMergeGraph(loraScaling(mode)), { poison: false });
    return new DeviceAdapters(adapters, device, await executor.compile(graph, { label: 'lora-merge' }));
  }

  /** The pairs by their names within the trainer. */
  tensors(): ReadonlyMap<string, DeviceTensor> {
    return new Map(
      this.#adapters.flatMap(({ weight, a, b }) => [
        [adapterA(weight), a],
        [adapterB(weight), b],
      ]),
    );
  }

  /** Writes base + scaling·B·A over the weights. */
  async apply(): Promise<void> {
    for (const { adapted, base, a, b } of this.#adapters) await this.#merge.run({ base, a, b }, { merged: adapted });
  }

  async dispose(): Promise<void> {
    for (const { base, a, b } of this.#adapters) for (const tensor of [base, a, b]) this.#device.free(tensor);
    await this.#merge.dispose();
  }
}
