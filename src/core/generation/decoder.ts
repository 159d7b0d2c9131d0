import { encodeGraph } from '../graph/encode';
import {
  buildDecodeGraph,
  DECODE_INPUTS,
  KV_PARTS,
  LOGITS_OUTPUT,
  pastName,
  presentName,
} from '../models/decode-graph';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import { ropeTable } from '../models/rope-table';
import type { CompiledGraph, GraphExecutor, TensorView } from '../ports';
import type { KvRows } from './kv-rows';

export interface DecoderOptions {
  readonly config: ModelConfig;
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  /** Positions that any row may reach. */
  readonly maxContext: number;
  readonly maxRows: number;
}

/** One run over consecutive cache rows; row i gets `tokens[i]` upon the `past[i]` tokens it holds. */
interface Run {
  readonly first: number;
  readonly tokens: readonly ArrayLike<number>[];
  readonly past: readonly number[];
}

/** A compiled graph with its feeds; views of the cache are made anew only when the rows of the run change. */
interface Program {
  readonly compiled: CompiledGraph;
  readonly weightNames: readonly string[];
  /** Whether the graph rotates heads by a node of its own. */
  readonly readsPositions: boolean;
  readonly feeds: Record<string, TensorView>;
  readonly outputs: Record<string, TensorView>;
  /** Cache version, first row and row count that the views belong to. */
  viewsOf: string;
  parametersVersion: number;
}

/**
 * Runs the decode graphs over a cache: `prefill` fills rows, `decode` feeds one token a row and gives logits.
 * Graphs are compiled at first use.
 */
export class Decoder {
  readonly #options: DecoderOptions;
  readonly #rope: Readonly<Record<string, TensorView>>;
  readonly #logits: Float32Array;
  readonly #programs = new Map<'last' | 'none', Promise<Program>>();

  constructor(options: DecoderOptions) {
    this.#options = options;
    const { config, maxContext, maxRows } = options;
    const { cos, sin } = ropeTable(config, maxContext);
    const dims = [maxContext, config.headDim / 2];
    this.#rope = {
      [DECODE_INPUTS.cos]: { dtype: 'float32', dims, data: cos },
      [DECODE_INPUTS.sin]: { dtype: 'float32', dims, data: sin },
    };
    this.#logits = new Float32Array(maxRows * config.vocabSize);
  }

  /** Computes keys and values of whole prefixes in the empty rows from `first` on; shorter ones are padded on the right. */
  async prefillFresh(rows: KvRows, first: number, prefixes: readonly ArrayLike<number>[]): Promise<void> {
    await this.#run('none', rows, { first, tokens: prefixes, past: prefixes.map(() => 0) });
  }

  /** Computes keys and values of `tokens` in one row that holds `past` tokens already. */
  async prefillUpon(rows: KvRows, row: number, past: number, tokens: ArrayLike<number>): Promise<void> {
    await this.#run('none', rows, { first: row, tokens: [tokens], past: [past] });
  }

  /**
   * Feeds one token to each of the first rows.
   * @returns logits of each row's next token, [rows, V]; valid until the next call
   */
  async decode(rows: KvRows, tokens: readonly number[], past: readonly number[]): Promise<Float32Array> {
    await this.#run('last', rows, { first: 0, tokens: tokens.map((token) => [token]), past });
    return this.#logits.subarray(0, tokens.length * this.#options.config.vocabSize);
  }

  async dispose(): Promise<void> {
    const programs = await Promise.all(this.#programs.values());
    this.#programs.clear();
    await Promise.all(programs.map(({ compiled }) => compiled.dispose()));
  }

  async #run(head: 'last' | 'none', rows: KvRows, run: Run): Promise<void> {
    const program = await this.#program(head);
    this.#refreshWeights(program);
    this.#refreshViews(program, rows, run.first, run.tokens.length, head);
    Object.assign(program.feeds, runInputs(run), program.readsPositions ? positionsInput(run) : null);
    await program.compiled.run(program.feeds, program.outputs);
  }

  #program(head: 'last' | 'none'): Promise<Program> {
    let program = this.#programs.get(head);
    if (!program) {
      program = this.#compile(head);
      this.#programs.set(head, program);
    }
    return program;
  }

  async #compile(head: 'last' | 'none'): Promise<Program> {
    const { config, executor } = this.#options;
    const { graph, weightNames } = buildDecodeGraph(config, { head });
    const compiled = await executor.compile(encodeGraph(graph), { label: graph.name });
    const readsPositions = graph.inputs.some(({ name }) => name === DECODE_INPUTS.positions);
    const feeds = Object.fromEntries(
      Object.entries(this.#rope).filter(([name]) => graph.inputs.some((input) => input.name === name)),
    );
    return { compiled, weightNames, readsPositions, feeds, outputs: {}, viewsOf: '', parametersVersion: -1 };
  }

  #refreshWeights(program: Program): void {
    const { parameters } = this.#options;
    if (program.parametersVersion === parameters.version) return;
    for (const name of program.weightNames) {
      const { dims, data } = parameters.get(name);
      program.feeds[name] = { dtype: 'float32', dims, data };
    }
    program.parametersVersion = parameters.version;
  }

  #refreshViews(program: Program, rows: KvRows, first: number, count: number, head: 'last' | 'none'): void {
    const { config } = this.#options;
    const viewsOf = `${rows.version}:${first}:${count}`;
    if (program.viewsOf === viewsOf) return;
    const dims = [count, config.numKvHeads, rows.length, config.headDim];
    for (let layer = 0; layer < config.numLayers; layer++) {
      for (const part of KV_PARTS) {
        const view: TensorView = { dtype: 'float32', dims, data: rows.view(layer, part, first, count) };
        program.feeds[pastName(layer, part)] = view;
        program.outputs[presentName(layer, part)] = view;
      }
    }
    if (head === 'last') {
      const size = count * config.vocabSize;
      program.outputs[LOGITS_OUTPUT] = {
        dtype: 'float32',
        dims: [count, config.vocabSize],
        data: this.#logits.subarray(0, size),
      };
    }
    program.viewsOf = viewsOf;
  }
}

/** The inputs that change with every run. */
function runInputs({ tokens, past }: Run): Record<string, TensorView> {
  const count = tokens.length;
  const width = widthOf(tokens);
  const ids = new Int32Array(count * width);
  const lastKeys = new Int32Array(count);
  let totalKeys = 0;
  tokens.forEach((row, i) => {
    for (let t = 0; t < row.length; t++) ids[i * width + t] = row[t]!;
    const keys = past[i]! + row.length;
    lastKeys[i] = keys - 1;
    totalKeys = Math.max(totalKeys, keys);
  });
  return {
    [DECODE_INPUTS.ids]: { dtype: 'int32', dims: [count, width], data: ids },
    [DECODE_INPUTS.grid]: { dtype: 'int64', dims: [3], data: BigInt64Array.of(BigInt(count), BigInt(width), -1n) },
    [DECODE_INPUTS.lastKeys]: { dtype: 'int32', dims: [count], data: lastKeys },
    [DECODE_INPUTS.totalKeys]: { dtype: 'int32', dims: [1], data: Int32Array.of(totalKeys) },
  };
}

/** Position of each token; padding counts on. */
function positionsInput({ tokens, past }: Run): Record<string, TensorView> {
  const width = widthOf(tokens);
  const data = BigInt64Array.from({ length: tokens.length * width }, (_, i) =>
    BigInt(past[Math.floor(i / width)]! + (i % width)),
  );
  return { [DECODE_INPUTS.positions]: { dtype: 'int64', dims: [tokens.length, width], data } };
}

function widthOf(tokens: Run['tokens']): number {
  return tokens.reduce((widest, row) => Math.max(widest, row.length), 0);
}
