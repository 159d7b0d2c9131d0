import { ShapeError } from '../errors';
import { Graph, type Value } from '../graph/graph';
import { partsOf } from './adjoining';
import { EMBEDDING, FINAL_NORM, headName, layerPrefix, listParameters } from './decoder/parameters';
import { MICROSOFT, type ForwardWeights, type LinearSpec } from './forward-weights';
import type { Activation, ModelConfig } from './model-config';

/** Names of inputs that the decode and the prefill graph have in common, besides weights. */
export const FORWARD_INPUTS = {
  /** [B, S] int32. */
  ids: 'ids',
  /** [3] int64: B, S, -1. The hidden state is kept as [B·S, D]; this brings it into rows for attention. */
  grid: 'grid',
  /** [B, S] int64: position of each token; read only where rotation is a node of its own. */
  positions: 'positions',
  /** [P, headDim / 2] each. */
  cos: 'rope.cos',
  sin: 'rope.sin',
} as const;

export const KV_PARTS = ['key', 'value'] as const;
export type KvPart = (typeof KV_PARTS)[number];

/** GroupQueryAttention takes heads of a multiple of this size alone. */
const SERVED_HEAD_MULTIPLE = 8;

/** Numbers of a head as the cache and the decode graph hold it: those of the model, and zeros up to what the operator takes. */
export function cachedHeadSize({ headDim }: Pick<ModelConfig, 'headDim'>): number {
  return Math.ceil(headDim / SERVED_HEAD_MULTIPLE) * SERVED_HEAD_MULTIPLE;
}

/** Name of a key or value cache, [B, kvHeads, M, cachedHeadSize]. */
export const pastName = (layer: number, part: KvPart): string => `past.${layer}.${part}`;
/** Name of what a run adds to the cache. */
export const presentName = (layer: number, part: KvPart): string => `present.${layer}.${part}`;

/** The fused node of each activation; QuickGelu with factor 1 is x · sigmoid(x). */
const ACTIVATIONS = {
  silu: { opType: 'QuickGelu', attributes: { alpha: { float: 1 } } },
  geluTanh: { opType: 'FastGelu', attributes: {} },
} satisfies Record<Activation, { readonly opType: string; readonly attributes: object }>;

/** A graph of a model's forward pass, and what it reads of the store, by Hugging Face name. */
export interface ForwardGraph {
  readonly graph: Graph;
  /** Inputs that are tensors of the store, or several that are read as one; see `adjoining.ts`. */
  readonly weightNames: readonly string[];
}

/**
 * The parts of a forward pass without gradients, as graph nodes with onnxruntime's fused operators; weights come from a `ForwardWeights`.
 *
 * Letters: B rows, S new tokens a row, N = B·S, D hidden size, V vocabulary.
 */
export class ForwardParts {
  readonly graph: Graph;
  readonly config: ModelConfig;
  readonly inputs: Readonly<Record<keyof typeof FORWARD_INPUTS, Value>>;
  readonly #weights: ForwardWeights;

  constructor(config: ModelConfig, name: string, weights: ForwardWeights) {
    this.graph = new Graph(name);
    this.config = config;
    this.#weights = weights;
    const half = config.headDim / 2;
    this.inputs = {
      ids: this.graph.input(FORWARD_INPUTS.ids, 'int32', ['B', 'S']),
      grid: this.graph.input(FORWARD_INPUTS.grid, 'int64', [3]),
      positions: this.graph.input(FORWARD_INPUTS.positions, 'int64', ['B', 'S']),
      cos: this.graph.input(FORWARD_INPUTS.cos, 'float32', ['P', half]),
      sin: this.graph.input(FORWARD_INPUTS.sin, 'float32', ['P', half]),
    };
  }

  /** The graph without what no output needs. */
  finish(): ForwardGraph {
    this.graph.prune();
    const stored = new Set(listParameters(this.config).map(({ name }) => name));
    const names = this.graph.inputs.map(({ name }) => name);
    const weightNames = names.filter((name) => partsOf(name).every((part) => stored.has(part)));
    return { graph: this.graph, weightNames };
  }

  /** [N, D] */
  embed(): Value {
    const { vocabSize, hiddenSize } = this.config;
    const table = this.#weight(EMBEDDING, [vocabSize, hiddenSize]);
    const rows = this.graph.single('Gather', [table, this.inputs.ids], ['B', 'S', hiddenSize], {
      attributes: { axis: 0 },
    });
    const hidden = this.flatten(rows, hiddenSize);
    if (!this.config.scaledEmbeddings) return hidden;
    return this.graph.single('Mul', [hidden, this.graph.float(Math.sqrt(hiddenSize))], hidden.dims);
  }

  inputNorm(hidden: Value): Value {
    return this.#rmsNorm(hidden, this.#gain(`${layerPrefix(0)}input_layernorm.weight`));
  }

  /** After the attention of a layer: norm of `branch + skip`, and that sum. */
  attentionNorm(branch: Value, skip: Value, layer: number): readonly [normed: Value, sum: Value] {
    return this.#skipNorm(branch, skip, `${layerPrefix(layer)}post_attention_layernorm.weight`);
  }

  /** After the MLP of a layer: the next layer's norm, or the last one. */
  mlpNorm(branch: Value, skip: Value, layer: number): readonly [normed: Value, sum: Value] {
    const isLast = layer === this.config.numLayers - 1;
    return this.#skipNorm(branch, skip, isLast ? FINAL_NORM : `${layerPrefix(layer + 1)}input_layernorm.weight`);
  }

  /** down(activation(gate(x)) · up(x)): [N, D] */
  mlp(normed: Value, layer: number): Value {
    const { intermediateSize, hiddenSize } = this.config;
    const module = `${layerPrefix(layer)}mlp`;
    const [gate, up] = this.#weights.linears(
      this.graph,
      this.#weights.enter(this.graph, normed),
      ['gate_proj', 'up_proj'].map((part) => spec(`${module}.${part}`, intermediateSize)),
    );
    const { opType, attributes } = ACTIVATIONS[this.config.activation];
    const active = this.graph.single(opType, [taken(gate)], taken(gate).dims, { domain: MICROSOFT, attributes });
    const gated = this.graph.single('Mul', [active, taken(up)], active.dims);
    const [down] = this.#weights.linears(this.graph, gated, [spec(`${module}.down_proj`, hiddenSize)]);
    return this.#weights.leave(this.graph, taken(down));
  }

  /** Queries, keys and values of a layer, with bias and head norm where the family has them: [B, S, heads · headDim] each. */
  attentionInputs(normed: Value, layer: number): Readonly<Record<'q' | 'k' | 'v', Value>> {
    const { headDim, qkvBias, numHeads, numKvHeads } = this.config;
    const module = `${layerPrefix(layer)}self_attn`;
    const headsOf = { q: numHeads, k: numKvHeads, v: numKvHeads };
    const [q, k, v] = this.#linears(
      normed,
      (['q', 'k', 'v'] as const).map((part) => spec(`${module}.${part}_proj`, headsOf[part] * headDim, qkvBias)),
    );
    return {
      q: this.#intoRows(this.#headNorm(taken(q), numHeads, `${module}.q_norm`), numHeads),
      k: this.#intoRows(this.#headNorm(taken(k), numKvHeads, `${module}.k_norm`), numKvHeads),
      v: this.#intoRows(taken(v), numKvHeads),
    };
  }

  /**
   * The same behind each other for each token, [B, S, (heads + 2 · kvHeads) · headDim]; null where the family norms its heads or the weights cannot
   * be read as one.
   */
  packedAttentionInputs(normed: Value, layer: number): Value | null {
    const { headDim, qkvBias, qkNorm, numHeads, numKvHeads } = this.config;
    if (qkNorm) return null;
    const module = `${layerPrefix(layer)}self_attn`;
    const specs = [numHeads, numKvHeads, numKvHeads].map((heads, part) =>
      spec(`${module}.${['q', 'k', 'v'][part]}_proj`, heads * headDim, qkvBias),
    );
    const packed = this.#weights.joined(this.graph, this.#weights.enter(this.graph, normed), specs);
    return packed && this.#intoRows(this.#weights.leave(this.graph, packed), numHeads + 2 * numKvHeads);
  }

  /** Rotary positions upon [B, S, heads · headDim]. */
  rotate(heads: Value): Value {
    const { positions, cos, sin } = this.inputs;
    return this.graph.single('RotaryEmbedding', [heads, positions, cos, sin], heads.dims, {
      domain: MICROSOFT,
      attributes: { interleaved: 0, num_heads: Number(heads.dims[2]) / this.config.headDim },
    });
  }

  /**
   * Heads as the cache holds them: [B, S, heads · cachedHeadSize] of [B, S, heads · headDim]. Zeros behind queries and keys add nothing to
   * their products, and those behind values come back as zeros.
   */
  padHeads(heads: Value): Value {
    const { headDim } = this.config;
    const size = cachedHeadSize(this.config);
    if (size === headDim) return heads;
    const count = Number(heads.dims[2]) / headDim;
    const byHead = this.#reshape(heads, [0, 0, count, headDim], ['B', 'S', count, headDim]);
    const ends = this.graph.int64([0, 0, 0, 0, 0, 0, 0, size - headDim]);
    const padded = this.graph.single('Pad', [byHead, ends], ['B', 'S', count, size]);
    return this.#reshape(padded, [0, 0, count * size], ['B', 'S', count * size]);
  }

  /** Mixed values without what `padHeads` put behind them: [N, heads · headDim] of any that hold heads · cachedHeadSize for each token. */
  flattenHeads(mixed: Value): Value {
    const { headDim, numHeads } = this.config;
    const size = cachedHeadSize(this.config);
    if (size === headDim) return this.flatten(mixed, numHeads * headDim);
    const byHead = this.#reshape(mixed, [-1, numHeads, size], ['N', numHeads, size]);
    const [from, to, axis] = [0, headDim, 2].map((value) => this.graph.int64([value]));
    const cut = this.graph.single('Slice', [byHead, taken(from), taken(to), taken(axis)], ['N', numHeads, headDim]);
    return this.flatten(cut, numHeads * headDim);
  }

  /** Projection of the mixed values back to the hidden size: [N, D]. */
  attentionOutput(mixed: Value, layer: number): Value {
    return this.#linear(mixed, spec(`${layerPrefix(layer)}self_attn.o_proj`, this.config.hiddenSize));
  }

  /** Logits of every row: [N, V]. */
  head(normed: Value): Value {
    return this.#linear(normed, spec(headName(this.config).replace(/\.weight$/, ''), this.config.vocabSize));
  }

  flatten(x: Value, size: number): Value {
    return this.#reshape(x, [-1, size], ['N', size]);
  }

  #reshape(x: Value, shape: readonly number[], dims: Value['dims']): Value {
    return this.graph.single('Reshape', [x, this.graph.int64(shape)], dims);
  }

  #skipNorm(branch: Value, skip: Value, weight: string): readonly [normed: Value, sum: Value] {
    const { rmsNormEps } = this.config;
    const dims = branch.dims;
    const [normed, , , sum] = this.graph.node('SkipSimplifiedLayerNormalization', [branch, skip, this.#gain(weight)], {
      domain: MICROSOFT,
      attributes: { epsilon: { float: rmsNormEps } },
      outputs: [{ dims }, { dims: [1] }, { dims: [1] }, { dims }],
    });
    return [taken(normed), taken(sum)];
  }

  /** What an RMS norm over the hidden size multiplies with: [D]. */
  #gain(name: string): Value {
    const { hiddenSize, normOffset } = this.config;
    const stored = this.#weight(name, [hiddenSize]);
    return normOffset === 0 ? stored : this.graph.single('Add', [stored, this.graph.float(normOffset)], stored.dims);
  }

  #rmsNorm(x: Value, gamma: Value): Value {
    return this.graph.single('SimplifiedLayerNormalization', [x, gamma], x.dims, {
      attributes: { axis: -1, epsilon: { float: this.config.rmsNormEps } },
    });
  }

  /** Norm of each head where the family has it. */
  #headNorm(projected: Value, heads: number, module: string): Value {
    const { qkNorm, headDim } = this.config;
    if (!qkNorm) return projected;
    const byHead = this.#reshape(projected, [-1, heads, headDim], ['N', heads, headDim]);
    return this.#rmsNorm(byHead, this.#weight(`${module}.weight`, [headDim]));
  }

  #intoRows(projected: Value, heads: number): Value {
    return this.graph.single('Reshape', [projected, this.inputs.grid], ['B', 'S', heads * this.config.headDim]);
  }

  #linear(x: Value, linear: LinearSpec): Value {
    return taken(this.#linears(x, [linear])[0]);
  }

  /** Rows in, rows out. */
  #linears(x: Value, specs: readonly LinearSpec[]): readonly Value[] {
    const products = this.#weights.linears(this.graph, this.#weights.enter(this.graph, x), specs);
    return products.map((each) => this.#weights.leave(this.graph, each));
  }

  #weight(name: string, dims: readonly number[]): Value {
    return this.#weights.tensor(this.graph, name, dims);
  }
}

function spec(module: string, outSize: number, hasBias = false): LinearSpec {
  return { module, outSize, hasBias };
}

/** An output that the node was asked for. */
export function taken(value: Value | undefined): Value {
  if (value === undefined) throw new ShapeError('A node gave fewer outputs than it was asked for.');
  return value;
}
