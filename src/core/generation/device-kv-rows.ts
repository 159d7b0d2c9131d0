import { ShapeError } from '../errors';
import { encodeGraph } from '../graph/encode';
import { Graph } from '../graph/graph';
import { KV_PARTS } from '../models/forward-parts';
import type { CompiledGraph, DeviceMemory, DeviceTensor, GraphExecutor, TensorView } from '../ports';
import type { KvCache, KvLayout, KvSpans } from './kv-rows';

/** One tensor for each layer and part, index 2 · layer + part: [rows, kvHeads, length, headDim]. */
type Arrays = readonly DeviceTensor[];

/** Keys and values of consecutive tokens outside any row, on a device; filled once the calls before have been worked through. */
export interface DeviceSpan {
  readonly tokens: number;
  readonly arrays: { current: Arrays | null };
}

/** A run of tokens of one row. */
interface Run {
  readonly row: number;
  readonly from: number;
}

/** Copies of runs: `tokens` of each, from a place of the source to a place of the target. */
interface Copy {
  readonly source: Run;
  readonly target: Run;
  readonly tokens: number;
}

/**
 * The key-value cache of a device. Calls are put down and worked through one after the other, so that the scheduler need not wait; whoever
 * runs a graph over the cache asks for `ready` first, which also tells of anything that went wrong.
 */
export class DeviceKvRows implements KvCache<DeviceSpan>, KvSpans<DeviceSpan> {
  readonly layout: KvLayout;
  readonly #executor: GraphExecutor;
  readonly #device: DeviceMemory;
  #rows = 0;
  #length = 0;
  #arrays: Arrays = [];
  #copier: Promise<CompiledGraph> | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(layout: KvLayout, executor: GraphExecutor, device: DeviceMemory) {
    this.layout = layout;
    this.#executor = executor;
    this.#device = device;
  }

  get rows(): number {
    return this.#rows;
  }

  get length(): number {
    return this.#length;
  }

  /** The arrays once every call so far is done. @throws what one of them failed with */
  async ready(): Promise<Arrays> {
    const work = this.#work;
    // A failure is told once; the cache is of no use to the rows that were in it, and they are given up by whoever is told.
    this.#work = work.catch(() => undefined);
    await work;
    return this.#arrays;
  }

  resize(rows: number, length: number, kept: number): void {
    const common = Math.min(this.#length, length);
    this.#rows = rows;
    this.#length = length;
    this.#enqueue(async () => {
      const old = this.#arrays;
      this.#arrays = rows * length === 0 ? [] : await this.#allocate(rows, length);
      if (old.length > 0 && this.#arrays.length > 0)
        await this.#copy(
          old,
          this.#arrays,
          Array.from({ length: kept }, (_, row) => between({ row, from: 0 }, { row, from: 0 }, common)),
        );
      this.#free(old);
    });
  }

  write(row: number, position: number, span: DeviceSpan, tokens = span.tokens): void {
    this.#enqueue(() =>
      this.#copy(held(span), this.#arrays, [between({ row: 0, from: 0 }, { row, from: position }, tokens)]),
    );
  }

  /**
   * Writes what a prefill run computed for consecutive rows, and frees it.
   * @param fresh   for each layer and part [rows, kvHeads, width, headDim]
   * @param past    position of each row's first new token
   * @param lengths new tokens of each row
   */
  append(first: number, fresh: Arrays, past: readonly number[], lengths: readonly number[]): void {
    this.#enqueue(async () => {
      await this.#copy(
        fresh,
        this.#arrays,
        lengths.map((tokens, i) => between({ row: i, from: 0 }, { row: first + i, from: past[i] ?? 0 }, tokens)),
      );
      this.#free(fresh);
    });
  }

  read(row: number, from: number, to: number): DeviceSpan {
    return this.#span(to - from, () => this.#arrays, { row, from });
  }

  move(from: number, to: number, tokens: number): void {
    this.#enqueue(() =>
      this.#copy(this.#arrays, this.#arrays, [between({ row: from, from: 0 }, { row: to, from: 0 }, tokens)]),
    );
  }

  slice(span: DeviceSpan, from: number, to: number): DeviceSpan {
    return this.#span(to - from, () => held(span), { row: 0, from });
  }

  release(span: DeviceSpan): void {
    this.#enqueue(async () => {
      this.#free(span.arrays.current ?? []);
      span.arrays.current = null;
    });
  }

  /** Memory for `rows` rows of `length` tokens. */
  async allocate(rows: number, length: number): Promise<Arrays> {
    return this.#allocate(rows, length);
  }

  async dispose(): Promise<void> {
    await this.#work.catch(() => undefined);
    this.#free(this.#arrays);
    this.#arrays = [];
    await (await this.#copier)?.dispose();
    this.#copier = null;
  }

  #span(tokens: number, source: () => Arrays, run: Run): DeviceSpan {
    const span: DeviceSpan = { tokens, arrays: { current: null } };
    this.#enqueue(async () => {
      span.arrays.current = await this.#allocate(1, tokens);
      await this.#copy(source(), span.arrays.current, [between(run, { row: 0, from: 0 }, tokens)]);
    });
    return span;
  }

  async #allocate(rows: number, length: number): Promise<Arrays> {
    const { layers, kvHeads, headDim } = this.layout;
    const arrays: DeviceTensor[] = [];
    for (let index = 0; index < layers * KV_PARTS.length; index++)
      arrays.push(await this.#device.allocate([rows, kvHeads, length, headDim]));
    return arrays;
  }

  #free(arrays: Arrays): void {
    for (const array of arrays) this.#device.free(array);
  }

  async #copy(source: Arrays, target: Arrays, copies: readonly Copy[]): Promise<void> {
    const { kvHeads } = this.layout;
    const sourcePlaces = placesOf(copies, 'source', kvHeads);
    if (sourcePlaces.dims[0] === 0) return;
    const feeds: Record<string, TensorView | DeviceTensor> = {
      sourcePlaces,
      targetPlaces: placesOf(copies, 'target', kvHeads),
    };
    const outputs: Record<string, DeviceTensor> = {};
    source.forEach((array, index) => (feeds[`source${index}`] = array));
    target.forEach((array, index) => {
      feeds[`target${index}`] = array;
      outputs[`after${index}`] = array;
    });
    this.#copier ??= this.#executor.compile(encodeGraph(buildCopyGraph(this.layout), { poison: false }), {
      label: 'kv-copy',
    });
    await (await this.#copier).run(feeds, outputs);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work);
    // Told by `ready`; without this a failure before anybody asks would end the process.
    this.#work.catch(() => undefined);
  }
}

function between(source: Run, target: Run, tokens: number): Copy {
  return { source, target, tokens };
}

function held({ arrays }: DeviceSpan): Arrays {
  if (arrays.current) return arrays.current;
  throw new ShapeError('A span of keys and values was used after it was given back.');
}

/** Row, head and position of every strip of the copies: [n, 3]. */
function placesOf(copies: readonly Copy[], side: 'source' | 'target', kvHeads: number): TensorView {
  const places: bigint[] = [];
  for (const copy of copies) {
    const { row, from } = copy[side];
    for (let head = 0; head < kvHeads; head++)
      for (let token = 0; token < copy.tokens; token++) places.push(BigInt(row), BigInt(head), BigInt(from + token));
  }
  return { dtype: 'int64', dims: [places.length / 3, 3], data: BigInt64Array.from(places) };
}

/** Strips of every array of one cache into places of another, which may be the same. */
function buildCopyGraph({ layers, kvHeads, headDim }: KvLayout): Graph {
  const graph = new Graph('kv-copy');
  const sourcePlaces = graph.input('sourcePlaces', 'int64', ['N', 3]);
  const targetPlaces = graph.input('targetPlaces', 'int64', ['N', 3]);
  for (let index = 0; index < layers * KV_PARTS.length; index++) {
    const source = graph.input(`source${index}`, 'float32', ['B', kvHeads, 'S', headDim]);
    const target = graph.input(`target${index}`, 'float32', ['R', kvHeads, 'M', headDim]);
    const strips = graph.single('GatherND', [source, sourcePlaces], ['N', headDim]);
    graph.output(`after${index}`, graph.single('ScatterND', [target, targetPlaces, strips], target.dims));
  }
  return graph;
}
