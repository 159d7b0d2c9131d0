import { bindDim, type DimBindings } from '../tensor/dims';
import type { Graph, GraphDType, GraphNode, Value } from './graph';

/**
 * How much memory a graph needs for its intermediate results, from shapes alone: the nodes in onnxruntime's order, each result held from the
 * node that makes it to the last one that reads it.
 */

const BYTES: Readonly<Record<GraphDType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1, uint8: 1, int8: 1 };

/** Whose result is the operand under another shape, in the same memory. */
const ALIASES: ReadonlySet<string> = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

/** Which write over an operand that nobody reads any more, where it has the result's shape for certain. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Sum',
  'Exp',
  'Neg',
  'Sqrt',
  'Sigmoid',
  'Softmax',
  'LogSoftmax',
  'ScatterElements',
]);

/**
 * The order in which onnxruntime 1.30 runs the nodes of a graph: depth-first from the nodes that nobody waits for, last ones first.
 * @returns indices of nodes
 */
export function executionOrder(nodes: readonly GraphNode[]): readonly number[] {
  const makers = new Map(nodes.flatMap((node, index) => node.outputs.map(({ name }) => [name, index] as const)));
  const needs = nodes.map(({ inputs }) => {
    const from = new Set<number>();
    for (const input of inputs) {
      const maker = input && makers.get(input.name);
      if (typeof maker === 'number') from.add(maker);
    }
    return [...from].sort((a, b) => a - b);
  });
  const awaited = new Set(needs.flat());
  const stack = nodes.flatMap((_, index) => (awaited.has(index) ? [] : [{ index, isDone: false }]));
  const seen = new Uint8Array(nodes.length);
  const order: number[] = [];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { index, isDone } = top;
    if (isDone) order.push(index);
    else if (seen[index] === 0) {
      seen[index] = 1;
      stack.push({ index, isDone: true });
      for (const need of needs[index] ?? []) if (seen[need] === 0) stack.push({ index: need, isDone: false });
    }
  }
  return order;
}

/** Memory taken and given back in the course of a run, in order. A taken block is named by the number of its event. */
export type MemoryEvent = { readonly take: number } | { readonly give: number };

/** What a run of the graph takes and gives back; inputs, constants and results lie elsewhere. @param bindings sizes of the symbols */
export function traceMemory(graph: Graph, bindings: DimBindings): readonly MemoryEvent[] {
  return new Trace(graph, bindings).run();
}

class Trace {
  readonly #graph: Graph;
  readonly #bindings: DimBindings;
  readonly #events: MemoryEvent[] = [];
  /** Readers that a value still has. */
  readonly #readers = new Map<string, number>();
  /** Block of each value that lies in the arena. */
  readonly #blocks = new Map<string, number>();
  /** Values that share a block. */
  readonly #sharers = new Map<number, number>();
  readonly #results: ReadonlySet<string>;

  constructor(graph: Graph, bindings: DimBindings) {
    this.#graph = graph;
    this.#bindings = bindings;
    this.#results = new Set(graph.outputs.map(({ value }) => value.name));
    for (const { inputs } of graph.nodes)
      for (const input of inputs) if (input) this.#readers.set(input.name, this.#readersOf(input) + 1);
  }

  run(): readonly MemoryEvent[] {
    for (const index of executionOrder(this.#graph.nodes)) {
      const node = this.#graph.nodes[index];
      if (node) this.#step(node);
    }
    return this.#events;
  }

  #step({ opType, inputs, outputs }: GraphNode): void {
    const [source] = inputs;
    outputs.forEach((output, place) => {
      if (this.#results.has(output.name)) return;
      if (place === 0 && ALIASES.has(opType)) {
        const block = source && this.#blocks.get(source.name);
        if (typeof block === 'number') this.#share(output, block);
        return;
      }
      const over =
        place === 0 && IN_PLACE.has(opType) ? inputs.find((input) => input && this.#isFree(input, output)) : null;
      const known = over && this.#blocks.get(over.name);
      this.#share(output, typeof known === 'number' ? known : this.#take(output));
    });
    for (const input of inputs) {
      if (!input) continue;
      const left = this.#readersOf(input) - 1;
      this.#readers.set(input.name, left);
      if (left === 0) this.#leave(input);
    }
    for (const output of outputs) if (!this.#readers.has(output.name)) this.#leave(output);
  }

  #readersOf({ name }: Value): number {
    return this.#readers.get(name) ?? 0;
  }

  /** Whether `over` may become `output`: this is its last reader, and it has the same size, known before the run. */
  #isFree(over: Value, output: Value): boolean {
    const block = this.#blocks.get(over.name);
    return (
      block !== undefined &&
      this.#sharers.get(block) === 1 &&
      this.#readersOf(over) === 1 &&
      over.dtype === output.dtype &&
      output.dims.every((dim, axis) => typeof dim === 'number' && dim === over.dims[axis])
    );
  }

  #take({ dims, dtype }: Value): number {
    const bytes = dims.reduce<number>((size, dim) => size * bindDim(dim, this.#bindings), BYTES[dtype]);
    return this.#events.push({ take: bytes }) - 1;
  }

  #share({ name }: Value, block: number): void {
    this.#blocks.set(name, block);
    this.#sharers.set(block, (this.#sharers.get(block) ?? 0) + 1);
  }

  #leave({ name }: Value): void {
    const block = this.#blocks.get(name);
    if (block === undefined) return;
    this.#blocks.delete(name);
    const left = (this.#sharers.get(block) ?? 1) - 1;
    this.#sharers.set(block, left);
    if (left === 0) this.#events.push({ give: block });
  }
}

/** The most bytes that are taken at once, and the largest block among them. */
export interface MemoryPeak {
  readonly bytes: number;
  readonly largestBlock: number;
}

export function peakOf(events: readonly MemoryEvent[]): MemoryPeak {
  let [held, bytes, largestBlock] = [0, 0, 0];
  for (const event of events) {
    if ('take' in event) {
      held += event.take;
      bytes = Math.max(bytes, held);
      largestBlock = Math.max(largestBlock, event.take);
    } else {
      const taken = events[event.give];
      if (taken && 'take' in taken) held -= taken.take;
    }
  }
  return { bytes, largestBlock };
}
