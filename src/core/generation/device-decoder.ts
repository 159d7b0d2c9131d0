import { encodeGraph } from '../graph/encode';
import { buildDecodeGraph, DECODE_INPUTS, LOGITS_OUTPUT } from '../models/decode-graph';
import { DeviceWeights } from '../models/device-weights';
import { FORWARD_INPUTS, KV_PARTS, pastName, presentName } from '../models/forward-parts';
import { SHARED_WEIGHTS } from '../models/forward-weights';
import type { ModelConfig } from '../models/model-config';
import { buildPrefillGraph, PREFILL_INPUTS } from '../models/prefill-graph';
import { ropeTable } from '../models/rope-table';
import type { CompiledGraph, DeviceMemory, DeviceTensor, GraphExecutor, TensorView } from '../ports';
import { feedMasks, feedTokens } from './decoder-feeds';
import type { DeviceKvRows } from './device-kv-rows';
import type { StepRunner } from './step-runner';

export interface DeviceDecoderOptions {
  readonly config: ModelConfig;
  readonly weights: DeviceWeights;
  readonly executor: GraphExecutor;
  readonly device: DeviceMemory;
  /** Memory for the logits of every row. */
  readonly logits: Float32Array;
  /** Positions that any row may reach. */
  readonly maxContext: number;
}

interface Program {
  readonly compiled: CompiledGraph;
  readonly weightNames: readonly string[];
  /** Names of the inputs that the graph has. */
  readonly inputs: ReadonlySet<string>;
}

type Feeds = Record<string, TensorView | DeviceTensor>;

const BUILDERS = { decode: buildDecodeGraph, prefill: buildPrefillGraph };

/**
 * The decoder whose weights and cache lie on a device: a step sends up one token a row and brings down the logits. Every row of the cache takes
 * part in a step, those beyond the active ones with nothing in them; their time is the price of a cache that is of one piece.
 */
export class DeviceDecoder implements StepRunner<DeviceKvRows> {
  readonly #options: DeviceDecoderOptions;
  readonly #programs = new Map<keyof typeof BUILDERS, Promise<Program>>();
  #rope: Promise<Feeds> | null = null;

  constructor(options: DeviceDecoderOptions) {
    this.#options = options;
  }

  /** Compiles the graphs, which hold no weights, before these are there. */
  async prepare(): Promise<void> {
    for (const kind of ['prefill', 'decode'] as const) await this.#program(kind);
  }

  async prefill(
    rows: DeviceKvRows,
    first: number,
    tokens: readonly ArrayLike<number>[],
    past: readonly number[],
  ): Promise<void> {
    const { config, maxContext } = this.#options;
    const width = tokens.reduce((widest, row) => Math.max(widest, row.length), 0);
    // At least one place, hidden where nothing is held: the device has no empty tensors.
    const cached = past.reduce((most, count) => Math.max(most, count), 1);
    const cache = await rows.ready();
    const fresh = await rows.allocate(tokens.length, width);
    const ends = (row: number, token: number): TensorView => ({
      dtype: 'int64',
      dims: [2],
      data: BigInt64Array.of(BigInt(row), BigInt(token)),
    });
    await this.#run(
      'prefill',
      {
        ...feedTokens(tokens, past, width, maxContext),
        ...feedMasks(config, past, width, cached),
        [PREFILL_INPUTS.from]: ends(first, 0),
        [PREFILL_INPUTS.until]: ends(first + tokens.length, cached),
        ...named(cache, pastName),
      },
      named(fresh, presentName),
    );
    rows.append(
      first,
      fresh,
      past,
      tokens.map((row) => row.length),
    );
  }

  async decode(rows: DeviceKvRows, tokens: readonly number[], past: readonly number[]): Promise<Float32Array> {
    const { config, maxContext } = this.#options;
    const cache = await rows.ready();
    const idle = Array.from({ length: rows.rows - tokens.length }, () => 0);
    const pastOfAll = [...past, ...idle];
    const totalKeys = past.reduce((most, keys) => Math.max(most, keys), 0) + 1;
    const logits = this.#options.logits.subarray(0, tokens.length * config.vocabSize);
    await this.#run(
      'decode',
      {
        ...feedTokens(
          [...tokens, ...idle].map((token) => [token]),
          pastOfAll,
          1,
          maxContext,
        ),
        [DECODE_INPUTS.lastKeys]: { dtype: 'int32', dims: [rows.rows], data: Int32Array.from(pastOfAll) },
        [DECODE_INPUTS.totalKeys]: { dtype: 'int32', dims: [1], data: Int32Array.of(totalKeys) },
        [DECODE_INPUTS.activeRows]: { dtype: 'int64', dims: [1], data: BigInt64Array.of(BigInt(tokens.length)) },
        ...named(cache, pastName),
      },
      {
        [LOGITS_OUTPUT]: { dtype: 'float32', dims: [tokens.length, config.vocabSize], data: logits },
        ...named(cache, presentName),
      },
    );
    return logits;
  }

  async dispose(): Promise<void> {
    const { device } = this.#options;
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of programs) await (await program).compiled.dispose();
    for (const table of Object.values((await this.#rope) ?? {})) if ('handle' in table) device.free(table);
    this.#rope = null;
  }

  async #run(kind: keyof typeof BUILDERS, feeds: Feeds, outputs: Feeds): Promise<void> {
    const { compiled, weightNames, inputs } = await this.#program(kind);
    const weights = await this.#options.weights.current();
    this.#rope ??= this.#uploadRope();
    const all: Feeds = { ...feeds, ...(await this.#rope) };
    for (const name of weightNames) {
      const tensor = weights.get(name);
      if (tensor) all[name] = tensor;
    }
    await compiled.run(Object.fromEntries(Object.entries(all).filter(([name]) => inputs.has(name))), outputs);
  }

  #program(kind: keyof typeof BUILDERS): Promise<Program> {
    const known = this.#programs.get(kind);
    if (known) return known;
    const program = this.#compile(kind);
    this.#programs.set(kind, program);
    // What was refused need not be given back, and is tried again.
    program.catch(() => this.#programs.delete(kind));
    return program;
  }

  async #compile(kind: keyof typeof BUILDERS): Promise<Program> {
    const { config, executor, device } = this.#options;
    const { graph, weightNames } = BUILDERS[kind](config, SHARED_WEIGHTS, device.target);
    const compiled = await executor.compile(encodeGraph(graph, { poison: false }), { label: graph.name });
    return { compiled, weightNames, inputs: new Set(graph.inputs.map(({ name }) => name)) };
  }

  async #uploadRope(): Promise<Feeds> {
    const { config, device, maxContext } = this.#options;
    const { cos, sin } = ropeTable(config, maxContext);
    const dims = [maxContext, config.headDim / 2];
    return {
      [FORWARD_INPUTS.cos]: await device.upload({ dtype: 'float32', dims, data: cos }),
      [FORWARD_INPUTS.sin]: await device.upload({ dtype: 'float32', dims, data: sin }),
    };
  }
}

/** Arrays of a cache by the names of a graph. */
function named(arrays: readonly DeviceTensor[], nameOf: typeof pastName): Record<string, DeviceTensor> {
  const count = KV_PARTS.length;
  return Object.fromEntries(
    arrays.map((array, index) => [nameOf(Math.floor(index / count), KV_PARTS[index % count] ?? 'key'), array]),
  );
}
