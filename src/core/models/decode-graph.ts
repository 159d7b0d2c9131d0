import { ShapeError } from '../errors';
import { Graph, type Value } from '../graph/graph';
import type { ModelConfig } from './model-config';

/** Names of the inputs of a decode graph that are not weights. */
export const DECODE_INPUTS = {
  /** [B, S] int32. */
  ids: 'ids',
  /** [3] int64: B, S, -1. The hidden state is kept as [B·S, D]; this brings it into rows for attention. */
  grid: 'grid',
  /** [B] int32: keys of each row after this run, minus one. */
  lastKeys: 'last_keys',
  /** [1] int32: the most keys of any row after this run. */
  totalKeys: 'total_keys',
  /** [B, S] int64: position of each token; read only where rotation is a node of its own. */
  positions: 'positions',
  /** [P, headDim / 2] each. */
  cos: 'rope.cos',
  sin: 'rope.sin',
} as const;

/** Output of a decode graph with a head: [B, V]. */
export const LOGITS_OUTPUT = 'logits';

/** Name of a key or value cache, [B, kvHeads, M, headDim]; the output of the same run is the same memory under `presentName`. */
export const pastName = (layer: number, part: KvPart): string => `past.${layer}.${part}`;
export const presentName = (layer: number, part: KvPart): string => `present.${layer}.${part}`;

export const KV_PARTS = ['key', 'value'] as const;
export type KvPart = (typeof KV_PARTS)[number];

/** A decode graph and the weights it reads, by Hugging Face name. */
export interface DecodeGraph {
  readonly graph: Graph;
  readonly weightNames: readonly string[];
}

const MICROSOFT = 'com.microsoft';

/** GroupQueryAttention rotates only heads of a multiple of this size; others are rotated before it. */
const ROTATED_HEAD_MULTIPLE = 16;

/**
 * Forward pass over a key-value cache for every family that `ModelConfig` describes: pre-norm blocks of grouped-query attention with rotary
 * positions and a SiLU-gated MLP. Weights are inputs, so the memory that the trainer writes to is read without a copy.
 *
 * Letters: B rows, S new tokens a row, M positions a cache row has room for, D hidden size, V vocabulary.
 * onnxruntime's GroupQueryAttention takes S > 1 with B > 1 only when nothing is cached yet, and S > 1 upon a cache only when B = 1.
 *
 * @param options.head  'last' gives the logits of each row's only token (S = 1); 'none' fills the cache and stops after the last keys and values
 */
export function buildDecodeGraph(config: ModelConfig, options: { readonly head: 'last' | 'none' }): DecodeGraph {
  const build = new DecodeBuilder(config, options.head === 'last' ? 'decode' : 'prefill');
  const lastLayer = config.numLayers - 1;
  let hidden = build.embed();
  let normed = build.norm(hidden, layerName(0, 'input_layernorm'));
  for (let layer = 0; layer <= lastLayer; layer++) {
    const attention = build.attention(normed, layer);
    if (options.head === 'none' && layer === lastLayer) break;
    [normed, hidden] = build.skipNorm(attention, hidden, layerName(layer, 'post_attention_layernorm'));
    const mlp = build.mlp(normed, layer);
    const nextNorm = layer === lastLayer ? 'model.norm' : layerName(layer + 1, 'input_layernorm');
    [normed, hidden] = build.skipNorm(mlp, hidden, nextNorm);
  }
  if (options.head === 'last') build.head(normed);
  build.graph.prune();
  return {
    graph: build.graph,
    weightNames: build.graph.inputs.map(({ name }) => name).filter((name) => build.weightNames.has(name)),
  };
}

const layerName = (layer: number, module: string): string => `model.layers.${layer}.${module}`;

/** An output that the node was asked for. */
function taken(value: Value | undefined): Value {
  if (value === undefined) throw new ShapeError('A node gave fewer outputs than it was asked for.');
  return value;
}

/** The graph under construction with the facts that its parts share. */
class DecodeBuilder {
  readonly graph: Graph;
  readonly weightNames = new Set<string>();
  readonly #config: ModelConfig;
  readonly #inputs: Readonly<Record<keyof typeof DECODE_INPUTS, Value>>;

  constructor(config: ModelConfig, name: string) {
    this.graph = new Graph(name);
    this.#config = config;
    const half = config.headDim / 2;
    this.#inputs = {
      ids: this.graph.input(DECODE_INPUTS.ids, 'int32', ['B', 'S']),
      grid: this.graph.input(DECODE_INPUTS.grid, 'int64', [3]),
      lastKeys: this.graph.input(DECODE_INPUTS.lastKeys, 'int32', ['B']),
      totalKeys: this.graph.input(DECODE_INPUTS.totalKeys, 'int32', [1]),
      positions: this.graph.input(DECODE_INPUTS.positions, 'int64', ['B', 'S']),
      cos: this.graph.input(DECODE_INPUTS.cos, 'float32', ['P', half]),
      sin: this.graph.input(DECODE_INPUTS.sin, 'float32', ['P', half]),
    };
  }

  /** [B·S, D] */
  embed(): Value {
    const { vocabSize, hiddenSize } = this.#config;
    const table = this.#weight('model.embed_tokens.weight', [vocabSize, hiddenSize]);
    const rows = this.graph.single('Gather', [table, this.#inputs.ids], ['B', 'S', hiddenSize], {
      attributes: { axis: 0 },
    });
    return this.#flatten(rows, hiddenSize);
  }

  norm(hidden: Value, module: string): Value {
    const gamma = this.#weight(`${module}.weight`, [this.#config.hiddenSize]);
    return this.#rmsNorm(hidden, gamma, hidden.dims);
  }

  /** Norm of `branch + skip`, and that sum. */
  skipNorm(branch: Value, skip: Value, module: string): [normed: Value, sum: Value] {
    const { hiddenSize, rmsNormEps } = this.#config;
    const gamma = this.#weight(`${module}.weight`, [hiddenSize]);
    const dims = branch.dims;
    const [normed, , , sum] = this.graph.node('SkipSimplifiedLayerNormalization', [branch, skip, gamma], {
      domain: MICROSOFT,
      attributes: { epsilon: { float: rmsNormEps } },
      outputs: [{ dims }, { dims: [1] }, { dims: [1] }, { dims }],
    });
    return [taken(normed), taken(sum)];
  }

  /** Attention of one layer over its cache, output projection included: [B·S, D]. */
  attention(normed: Value, layer: number): Value {
    const { numHeads, numKvHeads, headDim, hiddenSize } = this.#config;
    const module = layerName(layer, 'self_attn');
    const value = this.#heads(normed, module, 'v', numKvHeads);
    const rotatesInside = headDim % ROTATED_HEAD_MULTIPLE === 0;
    const [query, key] = (['q', 'k'] as const).map((part) => {
      const heads = this.#heads(normed, module, part, part === 'q' ? numHeads : numKvHeads);
      return rotatesInside ? heads : this.#rotate(heads);
    });
    const cacheDims = ['B', numKvHeads, 'M', headDim] as const;
    const past = KV_PARTS.map((part) => this.graph.input(pastName(layer, part), 'float32', cacheDims));
    const { lastKeys, totalKeys, cos, sin } = this.#inputs;
    const [mixed, ...present] = this.graph.node(
      'GroupQueryAttention',
      [query ?? null, key ?? null, value, ...past, lastKeys, totalKeys, ...(rotatesInside ? [cos, sin] : [])],
      {
        domain: MICROSOFT,
        attributes: {
          num_heads: numHeads,
          kv_num_heads: numKvHeads,
          do_rotary: rotatesInside ? 1 : 0,
          rotary_interleaved: 0,
        },
        outputs: [{ dims: ['B', 'S', numHeads * headDim] }, { dims: cacheDims }, { dims: cacheDims }],
      },
    );
    KV_PARTS.forEach((part, i) => this.graph.output(presentName(layer, part), taken(present[i])));
    return this.#linear(this.#flatten(taken(mixed), numHeads * headDim), `${module}.o_proj`, hiddenSize, false);
  }

  /** down(silu(gate(x)) · up(x)): [B·S, D] */
  mlp(normed: Value, layer: number): Value {
    const { intermediateSize, hiddenSize } = this.#config;
    const module = layerName(layer, 'mlp');
    const gate = this.#linear(normed, `${module}.gate_proj`, intermediateSize, false);
    const up = this.#linear(normed, `${module}.up_proj`, intermediateSize, false);
    const active = this.graph.single('QuickGelu', [gate], gate.dims, {
      domain: MICROSOFT,
      attributes: { alpha: { float: 1 } },
    });
    const gated = this.graph.single('Mul', [active, up], gate.dims);
    return this.#linear(gated, `${module}.down_proj`, hiddenSize, false);
  }

  head(normed: Value): void {
    const { tieWordEmbeddings, vocabSize } = this.#config;
    const weight = tieWordEmbeddings ? 'model.embed_tokens' : 'lm_head';
    this.graph.output(LOGITS_OUTPUT, this.#linear(normed, weight, vocabSize, false));
  }

  /** Projection to heads, with bias and head norm where the family has them: [B, S, heads · headDim]. */
  #heads(normed: Value, module: string, part: 'q' | 'k' | 'v', heads: number): Value {
    const { headDim, qkvBias, qkNorm } = this.#config;
    let projected = this.#linear(normed, `${module}.${part}_proj`, heads * headDim, qkvBias);
    if (qkNorm && part !== 'v') {
      const gamma = this.#weight(`${module}.${part}_norm.weight`, [headDim]);
      const byHead = this.graph.single(
        'Reshape',
        [projected, this.graph.int64([-1, heads, headDim])],
        ['N', heads, headDim],
      );
      projected = this.#rmsNorm(byHead, gamma, byHead.dims);
    }
    return this.graph.single('Reshape', [projected, this.#inputs.grid], ['B', 'S', heads * headDim]);
  }

  /** Rotary positions upon [B, S, heads · headDim]. */
  #rotate(heads: Value): Value {
    const { positions, cos, sin } = this.#inputs;
    return this.graph.single('RotaryEmbedding', [heads, positions, cos, sin], heads.dims, {
      domain: MICROSOFT,
      attributes: { interleaved: 0, num_heads: Number(heads.dims[2]) / this.#config.headDim },
    });
  }

  #rmsNorm(x: Value, gamma: Value, dims: Value['dims']): Value {
    return this.graph.single('SimplifiedLayerNormalization', [x, gamma], dims, {
      attributes: { axis: -1, epsilon: { float: this.#config.rmsNormEps } },
    });
  }

  /** x Wᵀ (+ b), W as Hugging Face stores it: [out, in]. */
  #linear(x: Value, module: string, outSize: number, hasBias: boolean): Value {
    const inSize = Number(x.dims.at(-1));
    const inputs = [x, this.#weight(`${module}.weight`, [outSize, inSize])];
    if (hasBias) inputs.push(this.#weight(`${module}.bias`, [outSize]));
    return this.graph.single('Gemm', inputs, ['N', outSize], { attributes: { transB: 1 } });
  }

  #flatten(x: Value, size: number): Value {
    return this.graph.single('Reshape', [x, this.graph.int64([-1, size])], ['N', size]);
  }

  #weight(name: string, dims: readonly number[]): Value {
    const known = this.graph.inputs.find((input) => input.name === name);
    if (known) return known;
    this.weightNames.add(name);
    return this.graph.input(name, 'float32', dims);
  }
}
