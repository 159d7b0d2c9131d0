import { WorkbenchError } from '../errors';
import { encodeGraph } from '../graph/encode';
import type { ParameterStore } from '../models/model-config';
import type { AdamWKernel } from '../optim/adamw';
import type { CompiledGraph, GraphExecutor, TensorView } from '../ports';
import { sizeOf } from '../tensor/dims';
import type { TrainingMode } from './learning-plan';
import type { StateTensor } from './learning-state';
import { LoraBase, type ReadWeight } from './lora-base';
import { buildMergeGraph, copyExactly, initialiseAdapterA, loraScaling, peftName } from './lora';
import { adapterA, adapterB, type LearningPlan } from './train-graph';

interface Adapter {
  readonly weight: string;
  readonly dims: readonly number[];
  readonly rank: number;
  readonly scaling: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

export interface AdapterSetOptions {
  readonly plan: LearningPlan;
  readonly mode: Extract<TrainingMode, { kind: 'lora' }>;
  readonly parameters: ParameterStore;
  readonly kernel: AdamWKernel;
  readonly executor: GraphExecutor;
  /** Where a weight can be had again as it is in the store now. */
  readonly readWeight?: ReadWeight;
}

/**
 * The LoRA pairs of a model. The store always holds the adapted weights, so trainer and generator read the same numbers and pay nothing for
 * the adapter in the forward pass; the price is that the base has to be had from elsewhere, see `LoraBase`.
 */
export class AdapterSet {
  readonly #adapters: readonly Adapter[];
  readonly #parameters: ParameterStore;
  readonly #plan: LearningPlan;
  readonly #base: LoraBase;
  readonly #merge: CompiledGraph;

  private constructor(options: AdapterSetOptions, merge: CompiledGraph) {
    const { plan, mode, parameters, kernel } = options;
    const memory = kernel.allocate(
      [...plan.adapters].flatMap(([weight, { rank }]) => {
        const [out = 1, width = 1] = parameters.get(weight).dims;
        return [rank * width, out * rank];
      }),
    );
    this.#plan = plan;
    this.#parameters = parameters;
    this.#merge = merge;
    this.#adapters = [...plan.adapters].map(([weight, { rank, scaling }], index) => {
      const { dims } = parameters.get(weight);
      const [a, b] = memory.slice(2 * index, 2 * index + 2);
      if (!a || !b)
        throw new WorkbenchError('resource', 'There is no memory for the LoRA adapter.', {
          code: 'out-of-memory',
          where: weight,
        });
      initialiseAdapterA(mode.rng, weight, a, dims[1] ?? 1);
      return { weight, dims, rank, scaling, a, b };
    });
    this.#base = new LoraBase(
      [...plan.adapters.keys()].map((name) => ({ name, data: parameters.get(name).data })),
      options.readWeight ?? null,
    );
  }

  static async create(options: AdapterSetOptions): Promise<AdapterSet> {
    return new AdapterSet(
      options,
      await options.executor.compile(encodeGraph(buildMergeGraph(loraScaling(options.mode))), { label: 'lora-merge' }),
    );
  }

  valuesOf(name: string): Float32Array | null {
    return this.tensors().find((tensor) => tensor.name === name)?.data ?? null;
  }

  tensors(): readonly StateTensor<Float32Array>[] {
    return this.#adapters.flatMap(({ weight, dims: [out = 1, width = 1], rank, a, b }) => [
      { name: adapterA(weight), dims: [rank, width], data: a },
      { name: adapterB(weight), dims: [out, rank], data: b },
    ]);
  }

  /** Writes base + scaling·B·A into the store. */
  async apply(): Promise<void> {
    await this.#base.forEach(async (base, index) => {
      const adapter = this.#adapters[index];
      if (!adapter) return;
      const { weight, dims, rank, a, b } = adapter;
      const [out = 1, width = 1] = dims;
      const feeds = { base: floats(dims, base), a: floats([rank, width], a), b: floats([out, rank], b) };
      await this.#merge.run(feeds, { merged: floats(dims, this.#parameters.get(weight).data) });
    });
  }

  toPeft(rowIds: readonly number[]): readonly StateTensor<Float32Array>[] {
    const pairs = this.#adapters.flatMap(({ weight, dims: [out = 1, width = 1], rank, a, b }) => [
      { name: peftName(weight, 'lora_A'), dims: [rank, width], data: a },
      { name: peftName(weight, 'lora_B'), dims: [out, rank], data: b },
    ]);
    const rows = [...this.#plan.rows.keys()].map((embedding) => {
      const { dims, data } = this.#parameters.get(embedding);
      const width = dims[1] ?? 1;
      const values = new Float32Array(rowIds.length * width);
      rowIds.forEach((id, place) => values.set(data.subarray(id * width, (id + 1) * width), place * width));
      return { name: peftName(embedding, 'token_adapter'), dims: [rowIds.length, width], data: values };
    });
    const whole = [...this.#plan.weights].map((name) => ({
      ...this.#parameters.get(name),
      name: `base_model.model.${name}`,
    }));
    return [...pairs, ...rows, ...whole];
  }

  /** @throws WorkbenchError `adapter-tensor-missing` */
  async fromPeft(tensors: readonly StateTensor<Float32Array>[], rowIds: readonly number[]): Promise<void> {
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor.data]));
    const read = (name: string): Float32Array => {
      const data = byName.get(name);
      if (!data)
        throw new WorkbenchError('validation', `The adapter has no tensor "${name}".`, {
          code: 'adapter-tensor-missing',
          where: name,
          wayOut: 'Load it with the rank and targets that it was made with.',
        });
      return data;
    };
    for (const { weight, a, b } of this.#adapters) {
      copyExactly(read(peftName(weight, 'lora_A')), a, weight);
      copyExactly(read(peftName(weight, 'lora_B')), b, weight);
    }
    for (const embedding of this.#plan.rows.keys()) {
      const { dims, data } = this.#parameters.get(embedding);
      const width = dims[1] ?? 1;
      const rows = read(peftName(embedding, 'token_adapter'));
      if (rows.length !== rowIds.length * width) copyExactly(rows, new Float32Array(rowIds.length * width), embedding);
      rowIds.forEach((id, place) => data.set(rows.subarray(place * width, (place + 1) * width), id * width));
    }
    for (const name of this.#plan.weights)
      copyExactly(read(`base_model.model.${name}`), this.#parameters.get(name).data, name);
    await this.apply();
  }

  async dispose(): Promise<void> {
    await this.#merge.dispose();
  }
}

function floats(dims: readonly number[], data: Float32Array): TensorView {
  return { dtype: 'float32', dims: dims.length === 0 ? [sizeOf(dims)] : dims, data };
}
