import { ShapeError, WorkbenchError } from '../errors';
import { Graph } from '../graph/graph';
import { LINEAR_LAYERS, listLinears, type LinearLayer, type ParameterSpec } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import type { Rng } from '../ports';

/** Which linear layers LoRA adapts, by the last part of their name. */
export interface LoraOptions {
  readonly rank: number;
  /** Strength: the product B·A is multiplied with alpha / rank. */
  readonly alpha: number;
  /** Multiply with alpha / √rank instead, so that larger ranks do not learn more slowly (rsLoRA, Kalajdzievski 2023, arXiv:2312.03732). */
  readonly rankStabilised?: boolean;
  /** Share of each adapter's inputs that a training step leaves out; default 0. Scoring and generating drop nothing. */
  readonly dropout?: number;
  /** Default: all seven. */
  readonly targets?: readonly string[];
}

/** Factor of the product B·A. */
export function loraScaling({ rank, alpha, rankStabilised = false }: LoraOptions): number {
  return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
}

/** The weight matrices that a LoRA of these targets adapts. @throws WorkbenchError `lora-target` for a name that no layer has */
export function listAdapted(config: ModelConfig, { targets = LINEAR_LAYERS }: LoraOptions): readonly ParameterSpec[] {
  const unknown = targets.find((target) => !LINEAR_LAYERS.some((layer) => layer === target));
  if (unknown !== undefined || targets.length === 0) {
    throw new WorkbenchError('validation', `LoRA cannot adapt "${unknown ?? 'no layer'}".`, {
      code: 'lora-target',
      wayOut: `Choose among ${LINEAR_LAYERS.join(', ')}.`,
    });
  }
  const chosen = new Set<LinearLayer>(LINEAR_LAYERS.filter((layer) => targets.includes(layer)));
  return Array.from({ length: config.numLayers }, (_, layer) =>
    listLinears(config, layer).filter((spec) => chosen.has(spec.layer)),
  ).flat();
}

/**
 * Start values: A uniform in ±1/√in as `kaiming_uniform_(a=√5)` of PEFT gives, B zero, so that the adapted model starts as the base.
 * Each matrix draws from a stream named after it.
 */
export function initialiseAdapterA(rng: Rng, weight: string, values: Float32Array, width: number): void {
  const stream = rng.fork(`lora/${weight}`);
  const bound = 1 / Math.sqrt(width);
  for (let index = 0; index < values.length; index++) values[index] = bound * (2 * stream.next() - 1);
}

/** base [O, I] + s·B [O, R]·A [R, I] for matrices of any size: `merged`. */
export function buildMergeGraph(scaling: number): Graph {
  const graph = new Graph('lora-merge');
  const base = graph.input('base', 'float32', ['O', 'I']);
  const a = graph.input('a', 'float32', ['R', 'I']);
  const b = graph.input('b', 'float32', ['O', 'R']);
  graph.output('merged', graph.single('Gemm', [b, a, base], ['O', 'I'], { attributes: { alpha: { float: scaling } } }));
  return graph;
}

/** PEFT's name of an adapter tensor: `base_model.model.<module>.lora_A.weight`. */
export function peftName(weight: string, part: 'lora_A' | 'lora_B' | 'token_adapter'): string {
  const module = weight.replace(/\.weight$/, '');
  return part === 'token_adapter'
    ? `base_model.model.${module}.token_adapter.trainable_tokens_delta`
    : `base_model.model.${module}.${part}.weight`;
}

/** @throws {ShapeError} when the adapter's tensor has another size than the model wants */
export function copyExactly(from: ArrayLike<number>, to: Float32Array, name: string): void {
  if (from.length !== to.length)
    throw new ShapeError(`"${name}" holds ${from.length} values where ${to.length} were expected.`);
  to.set(from);
}
