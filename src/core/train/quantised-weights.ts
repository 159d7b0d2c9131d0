import { listLinears } from '../models/decoder/parameters';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import type { TensorView } from '../ports';
import type { Int8Matrix, Int8Quantiser } from '../tensor/int8';
import { int8Names, type LearningPlan } from './train-graph';

export interface QuantisedWeightsOptions {
  readonly config: ModelConfig;
  readonly plan: LearningPlan;
  readonly parameters: ParameterStore;
  readonly quantiser: Int8Quantiser;
}

/**
 * The weights of the linear layers on a grid of 8 bits, beside the float ones that learn. Embedding and head stay float.
 * An adapted weight is the base that was in the store when this was made: its adapter is no part of the grid.
 */
export class QuantisedWeights {
  readonly names: ReadonlySet<string>;
  readonly #options: QuantisedWeightsOptions;
  readonly #matrices: ReadonlyMap<string, Int8Matrix>;

  constructor(options: QuantisedWeightsOptions) {
    const { config, parameters, quantiser } = options;
    const linears = Array.from({ length: config.numLayers }, (_, layer) => listLinears(config, layer)).flat();
    const memory = quantiser.allocate(linears.map(({ dims: [out = 1, width = 1] }) => [out, width]));
    this.#options = options;
    this.#matrices = new Map(linears.flatMap(({ name }, index) => (memory[index] ? [[name, memory[index]]] : [])));
    this.names = new Set(this.#matrices.keys());
    for (const [name, matrix] of this.#matrices) quantiser.quantise(parameters.get(name).data, matrix);
  }

  /** Follows the weights that learn; to be called whenever they have changed. */
  refresh(): void {
    const { plan, parameters, quantiser } = this.#options;
    for (const [name, matrix] of this.#matrices)
      if (plan.weights.has(name)) quantiser.quantise(parameters.get(name).data, matrix);
  }

  /** The graph inputs of every matrix. */
  views(): readonly (readonly [name: string, view: TensorView])[] {
    return [...this.#matrices].flatMap(([name, { values, turned, scales }]) => {
      const names = int8Names(name);
      const out = scales.length;
      const width = values.length / out;
      return [
        [names.values, { dtype: 'int8', dims: [out, width], data: values }],
        [names.turned, { dtype: 'int8', dims: [width, out], data: turned }],
        [names.scales, { dtype: 'float32', dims: [out], data: scales }],
      ] as const;
    });
  }
}
