import { ShapeError } from '../errors';
import { encodeGraph } from '../graph/encode';
import { viewOf } from '../models/adjoining';
import { buildDecodeGraph, DECODE_INPUTS, LOGITS_OUTPUT } from '../models/decode-graph';
import { FORWARD_INPUTS, KV_PARTS, pastName, presentName, type ForwardGraph } from '../models/forward-parts';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import { buildPrefillGraph, PREFILL_INPUTS } from '../models/prefill-graph';
import { buildSharedDecodeGraph, sharedName } from '../models/shared-decode-graph';
import type { DecodePrecision } from '../models/decode-precision';
import { FORWARD_WEIGHTS, type ForwardWeights, type WeightSource } from '../models/forward-weights';
import { STREAM_INPUTS, streamFeeds } from '../models/streamed-weights';
import { INT8_LARGEST, type Quantiser } from '../models/quantise';
import { ropeTable } from '../models/rope-table';
import type { CompiledGraph, GraphExecutor, TensorView } from '../ports';
import { feedMasks, feedShared, feedTokens } from './decoder-feeds';
import { kvFloatsPerToken, type KvRows, type KvSpan } from './kv-rows';
import { weightSourceFor, type GraphKind } from './weight-choice';

export interface DecoderOptions {
  readonly config: ModelConfig;
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  /** Positions that any row may reach. */
  readonly maxContext: number;
  /** Memory for the logits of every row, [rows, V]. */
  readonly logits: Float32Array;
  /** Weights that take no more are compiled into the graphs at fp32; see `FORWARD_WEIGHTS`. */
  readonly maxBakedBytes: number;
  readonly precision: DecodePrecision;
  readonly quantiser: Quantiser;
  /** Largest magnitude of an int8 weight that the processor multiplies without overflow. */
  readonly int8Largest: () => Promise<number>;
}

/** A compiled graph with its feeds; views of the cache are made anew only when the rows of the run change. */
interface Program {
  readonly compiled: CompiledGraph;
  readonly weightNames: readonly string[];
  /** Names of the inputs that the graph has. */
  readonly inputs: ReadonlySet<string>;
  readonly feeds: Record<string, TensorView>;
  /** Cache, its version, first row and row count that the views belong to. */
  rows: KvRows | null;
  viewsOf: string;
  /** Keys and values among the feeds that all rows share. */
  sharedOf: KvSpan | null;
  /** Whether the graph holds weights, those of `compiledVersion`. */
  readonly isSnapshot: boolean;
  readonly compiledVersion: number;
  /** Version of the weights among the feeds. */
  fedVersion: number;
}

type Tensors = Record<string, TensorView>;

/** Version of the weights in a program whose feeds have none yet. */
const NEVER_FED = -1;

/** The graphs that run, and how they are made. */
const BUILDERS: Readonly<Record<GraphKind, (config: ModelConfig, weights: ForwardWeights) => ForwardGraph>> = {
  decode: buildDecodeGraph,
  sharedDecode: buildSharedDecodeGraph,
  prefill: buildPrefillGraph,
};

/**
 * Runs the graphs over a cache: `prefill` fills rows, `decode` feeds one token a row and gives logits. Graphs are compiled at first use, and
 * those that hold weights again when the weights have changed.
 */
export class Decoder {
  readonly #options: DecoderOptions;
  readonly #rope: Tensors;
  readonly #logits: Float32Array;
  /** Input and output name of each cache, by layer and part. */
  readonly #cacheNames: readonly (readonly [past: string, present: string])[];
  #fresh = new Float32Array(0);
  /** By graph and weights. */
  readonly #programs = new Map<string, Program>();
  readonly #isSmall: boolean;

  constructor(options: DecoderOptions) {
    this.#options = options;
    const { config, parameters, maxContext, logits, maxBakedBytes } = options;
    this.#isSmall =
      parameters.names.reduce((sum, name) => sum + parameters.get(name).data.byteLength, 0) <= maxBakedBytes;
    const { cos, sin } = ropeTable(config, maxContext);
    const dims = [maxContext, config.headDim / 2];
    this.#rope = {
      [FORWARD_INPUTS.cos]: { dtype: 'float32', dims, data: cos },
      [FORWARD_INPUTS.sin]: { dtype: 'float32', dims, data: sin },
    };
    this.#logits = logits;
    const layers = Array.from({ length: config.numLayers }, (_, layer) => layer);
    this.#cacheNames = layers.flatMap((layer) =>
      KV_PARTS.map((part) => [pastName(layer, part), presentName(layer, part)] as const),
    );
  }

  /** Compiles the graphs of single rows that hold no weights, before these are there. */
  async prepare(): Promise<void> {
    for (const kind of ['prefill', 'decode'] as const)
      if (this.#sourceFor(kind, 1) === 'shared') await this.#program(kind, 1);
  }

  /**
   * Computes keys and values of more tokens for consecutive rows, upon what each holds; all in one run.
   * @param tokens of each row from `first` on; shorter ones are padded on the right
   * @param past   tokens that each of these rows holds
   */
  async prefill(
    rows: KvRows,
    first: number,
    tokens: readonly ArrayLike<number>[],
    past: readonly number[],
  ): Promise<void> {
    const program = await this.#program('prefill', tokens.length);
    const width = tokens.reduce((widest, row) => Math.max(widest, row.length), 0);
    const cached = past.reduce((most, count) => Math.max(most, count), 0);
    this.#refresh(program, rows, first, tokens.length);
    const { config, maxContext } = this.#options;
    feedDeclared(program, {
      ...feedTokens(tokens, past, width, maxContext),
      [PREFILL_INPUTS.cached]: { dtype: 'int64', dims: [1], data: BigInt64Array.of(BigInt(cached)) },
      ...feedMasks(config, past, width, cached),
    });
    const fresh = this.#freshOutputs(rows, tokens.length, width);
    await program.compiled.run(program.feeds, fresh.outputs);
    rows.append(
      first,
      fresh.data,
      width,
      past,
      tokens.map((row) => row.length),
    );
  }

  /**
   * Feeds one token to each of the first rows.
   * @returns logits of each row's next token, [rows, V]; valid until the next call
   */
  async decode(rows: KvRows, tokens: readonly number[], past: readonly number[]): Promise<Float32Array> {
    const program = await this.#program('decode', tokens.length);
    const { vocabSize } = this.#options.config;
    const count = tokens.length;
    this.#refresh(program, rows, 0, count);
    const totalKeys = past.reduce((most, keys) => Math.max(most, keys), 0) + 1;
    const single = tokens.map((token) => [token]);
    const stream = streamFeeds(count);
    feedDeclared(program, {
      [STREAM_INPUTS.padding]: { dtype: 'int64', dims: [stream.padding.length], data: stream.padding },
      [STREAM_INPUTS.rows]: { dtype: 'int64', dims: [stream.rows.length], data: stream.rows },
      ...feedTokens(single, past, 1, this.#options.maxContext),
      [DECODE_INPUTS.lastKeys]: { dtype: 'int32', dims: [count], data: Int32Array.from(past) },
      [DECODE_INPUTS.totalKeys]: { dtype: 'int32', dims: [1], data: Int32Array.of(totalKeys) },
    });
    const logits = this.#logits.subarray(0, count * vocabSize);
    const outputs: Tensors = { [LOGITS_OUTPUT]: { dtype: 'float32', dims: [count, vocabSize], data: logits } };
    for (const [past_, present] of this.#cacheNames) {
      const view = program.feeds[past_];
      if (view) outputs[present] = view;
    }
    await program.compiled.run(program.feeds, outputs);
    return logits;
  }

  /**
   * As `decode`, for rows whose first tokens are the same.
   * @param shared keys and values of these tokens; fewer than any row holds
   */
  async decodeShared(
    rows: KvRows,
    tokens: readonly number[],
    past: readonly number[],
    shared: KvSpan,
  ): Promise<Float32Array> {
    const program = await this.#program('sharedDecode', tokens.length);
    const { config, maxContext } = this.#options;
    const count = tokens.length;
    this.#refresh(program, rows, 0, count);
    this.#refreshShared(program, rows, shared);
    const single = tokens.map((token) => [token]);
    feedDeclared(program, {
      ...feedTokens(single, past, 1, maxContext),
      ...feedShared(config, past, shared.tokens),
    });
    const logits = this.#logits.subarray(0, count * config.vocabSize);
    const fresh = this.#freshOutputs(rows, count, 1);
    await program.compiled.run(program.feeds, {
      ...fresh.outputs,
      [LOGITS_OUTPUT]: { dtype: 'float32', dims: [count, config.vocabSize], data: logits },
    });
    rows.append(
      0,
      fresh.data,
      1,
      past,
      tokens.map(() => 1),
    );
    return logits;
  }

  /** Lets go of the rows' memory that the last runs were over. */
  forgetRows(): void {
    for (const program of this.#programs.values()) {
      for (const [past] of this.#cacheNames) delete program.feeds[past];
      program.rows = null;
    }
  }

  async dispose(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    await Promise.all(programs.map(({ compiled }) => compiled.dispose()));
  }

  async #program(kind: GraphKind, rows: number): Promise<Program> {
    const source = this.#sourceFor(kind, rows);
    const key = `${kind} ${source}`;
    const known = this.#programs.get(key);
    if (known && !(known.isSnapshot && known.compiledVersion !== this.#options.parameters.version)) return known;
    // Forgotten first, so that a failure here leaves nothing half made and the next request tries again.
    this.#programs.delete(key);
    await known?.compiled.dispose();
    const program = await this.#compile(kind, source);
    this.#programs.set(key, program);
    return program;
  }

  #sourceFor(kind: GraphKind, rows: number): WeightSource {
    const source = weightSourceFor(this.#options.precision, kind, rows);
    return this.#isSmall && (source === 'shared' || source === 'streamed') ? 'baked' : source;
  }

  async #compile(kind: GraphKind, source: WeightSource): Promise<Program> {
    const { config, executor, parameters, quantiser, precision, int8Largest } = this.#options;
    const { version } = parameters;
    const weights = FORWARD_WEIGHTS[source]({
      parameters,
      quantiser,
      int8Largest: precision === 'fp32' ? INT8_LARGEST : await int8Largest(),
    });
    const { graph, weightNames } = BUILDERS[kind](config, weights);
    const compiled = await executor.compile(encodeGraph(graph), { label: `${graph.name}, ${source} weights` });
    const inputs = new Set(graph.inputs.map(({ name }) => name));
    const feeds = Object.fromEntries(Object.entries(this.#rope).filter(([name]) => inputs.has(name)));
    return {
      compiled,
      weightNames,
      inputs,
      feeds,
      rows: null,
      viewsOf: '',
      sharedOf: null,
      isSnapshot: weights.isSnapshot,
      compiledVersion: version,
      fedVersion: NEVER_FED,
    };
  }

  /** Brings the feeds that last over runs up to date: weights, and the views of the rows. */
  #refresh(program: Program, rows: KvRows, first: number, count: number): void {
    const { parameters, config } = this.#options;
    if (program.fedVersion !== parameters.version) {
      for (const name of program.weightNames) {
        const view = viewOf(parameters, name);
        if (!view) throw new ShapeError(`"${name}" no longer lies in one piece.`);
        program.feeds[name] = view;
      }
      program.fedVersion = parameters.version;
    }
    const viewsOf = `${rows.version}:${first}:${count}`;
    if (program.rows === rows && program.viewsOf === viewsOf) return;
    const dims = [count, config.numKvHeads, rows.length, rows.layout.headDim];
    for (let layer = 0; layer < config.numLayers; layer++) {
      for (const part of KV_PARTS) {
        const name = pastName(layer, part);
        if (program.inputs.has(name))
          program.feeds[name] = { dtype: 'float32', dims, data: rows.view(layer, part, first, count) };
      }
    }
    program.viewsOf = viewsOf;
    program.rows = rows;
  }

  /** Brings the keys and values that all rows share up to date. */
  #refreshShared(program: Program, { layout }: KvRows, shared: KvSpan): void {
    if (program.sharedOf === shared) return;
    const { layers, kvHeads, headDim } = layout;
    const dims = [1, kvHeads, shared.tokens, headDim];
    const each = kvHeads * shared.tokens * headDim;
    for (let layer = 0; layer < layers; layer++) {
      KV_PARTS.forEach((part, i) => {
        const begin = (layer * KV_PARTS.length + i) * each;
        const data = shared.data.subarray(begin, begin + each);
        program.feeds[sharedName(layer, part)] = { dtype: 'float32', dims, data };
      });
    }
    program.sharedOf = shared;
  }

  /** Memory for new keys and values, [layers, 2, count, kvHeads, width, headDim], and its views by output. */
  #freshOutputs(
    rows: KvRows,
    count: number,
    width: number,
  ): { readonly data: Float32Array; readonly outputs: Tensors } {
    const { config } = this.#options;
    const size = count * width * kvFloatsPerToken(rows.layout);
    if (this.#fresh.length < size) this.#fresh = new Float32Array(size);
    const dims = [count, config.numKvHeads, width, rows.layout.headDim];
    const each = size / (config.numLayers * KV_PARTS.length);
    const outputs: Tensors = {};
    this.#cacheNames.forEach(([, present], i) => {
      outputs[present] = { dtype: 'float32', dims, data: this.#fresh.subarray(i * each, (i + 1) * each) };
    });
    return { data: this.#fresh, outputs };
  }
}

/** Sets those feeds that the graph declares: not every model's graph reads positions, or both masks. */
function feedDeclared(program: Program, feeds: Tensors): void {
  for (const [name, tensor] of Object.entries(feeds)) if (program.inputs.has(name)) program.feeds[name] = tensor;
}
