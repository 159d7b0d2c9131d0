import { encodeGraph, POISON_OUTPUT } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import type { TensorView } from '@core/ports';
import type { BoundSession, OrtBinding } from './ort-binding';

/** What the binding says when it meets the sequence output, after every other output has been filled. */
const SEQUENCE_MESSAGE = 'Non tensor type is temporarily not supported.';

/** Kinds of memory that a run is asked to write to: all of them occur. */
export const MEMORY_KINDS = ['array of its own', 'part of a larger array', 'WebAssembly memory', 'an input'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** What a binding was seen to do. */
export interface BindingTraits {
  /** Memory in which results arrived where we asked for them, and nowhere beside. */
  readonly fills: ReadonlySet<MemoryKind>;
  /** Inputs are read where they lie; otherwise each run copies every weight first. */
  readonly readsInPlace: boolean;
  /** Memory of WebAssembly is accepted as an input. */
  readonly readsWasm: boolean;
  /** Results come a second time, in memory of the binding's own. */
  readonly copiesOutputs: boolean;
  /** Asking for the sequence output stops the run after everything was filled and before anything is copied, with the known message. */
  readonly stopsAtSequence: boolean;
}

/**
 * How a run gets its results.
 * - `stopped`: into our memory, and the run is stopped before the binding copies them once more
 * - `in place`: into our memory, through the front door
 * - `copied`: into the binding's memory, from where we copy them into ours
 */
export const OUTPUT_PATHS = ['stopped', 'in place', 'copied'] as const;
export type OutputPath = (typeof OUTPUT_PATHS)[number];

export interface RunPlan {
  readonly path: OutputPath;
  /** Inputs in WebAssembly memory are copied into ordinary memory before each run. */
  readonly copiesWasmInputs: boolean;
}

/** What onnxruntime-node 1.30.0 does. */
export const KNOWN_TRAITS: BindingTraits = {
  fills: new Set(MEMORY_KINDS),
  readsInPlace: true,
  readsWasm: true,
  copiesOutputs: true,
  stopsAtSequence: true,
};

/** The way to run that is right for what was seen. */
export function planRuns({ fills, readsWasm, copiesOutputs, stopsAtSequence }: BindingTraits): RunPlan {
  const fillsAll = MEMORY_KINDS.every((kind) => fills.has(kind));
  const path = !fillsAll ? 'copied' : stopsAtSequence && copiesOutputs ? 'stopped' : 'in place';
  return { path, copiesWasmInputs: !readsWasm };
}

/** One line on every way in which a binding differs from the known one and what is done about it; null when it does not differ. */
export function describeTraits(traits: BindingTraits): string | null {
  const { fills, readsInPlace, readsWasm, copiesOutputs, stopsAtSequence } = traits;
  const unfilled = MEMORY_KINDS.filter((kind) => !fills.has(kind));
  const { path } = planRuns(traits);
  const findings = [
    unfilled.length > 0 && `does not write results into ${unfilled.join(', ')}, so they are copied there`,
    path === 'in place' && !copiesOutputs && 'no longer copies its results, so nothing has to be done against it',
    path === 'in place' &&
      copiesOutputs &&
      !stopsAtSequence &&
      'copies every result once more, and each step takes longer',
    !readsWasm && 'does not read WebAssembly memory, so weights are copied for each run',
    readsWasm && !readsInPlace && 'copies its inputs, so texts are written by graphs that hold the weights themselves',
  ].filter((finding) => finding !== false);
  return findings.length === 0
    ? null
    : `This onnxruntime behaves differently from version 1.30.0 and is used the plain way: it ${findings.join('; it ')}.`;
}

/** Tries a small graph on each kind of memory. Never throws: what fails counts as not there. */
export async function probeBinding(binding: OrtBinding): Promise<BindingTraits> {
  const session = await attempt(() => binding.open(encodeGraph(probeGraph()), PROBE_OPTIONS));
  if (session === null)
    return { fills: new Set(), readsInPlace: false, readsWasm: false, copiesOutputs: true, stopsAtSequence: false };
  const fills = new Set<MemoryKind>();
  const seen: { copies: boolean; inPlace: boolean; wasm: boolean; stops: boolean }[] = [];
  for (const kind of MEMORY_KINDS) {
    const trial = await tryMemory(binding, session, kind);
    if (trial.isFilled) fills.add(kind);
    seen.push(trial);
  }
  const wasm = seen[MEMORY_KINDS.indexOf('WebAssembly memory')];
  const over = seen[MEMORY_KINDS.indexOf('an input')];
  await attempt(() => session.release());
  return {
    fills,
    readsInPlace: over?.inPlace ?? false,
    readsWasm: wasm?.wasm ?? false,
    copiesOutputs: seen.some(({ copies }) => copies),
    stopsAtSequence: seen.every(({ stops }) => stops),
  };
}

/** Runs with the sequence output; true when it was met as expected. @throws whatever else the run throws */
export async function runStopped(
  session: BoundSession,
  feeds: Parameters<BoundSession['run']>[0],
  fetches: Parameters<BoundSession['run']>[1],
): Promise<boolean> {
  try {
    await session.run(feeds, { [POISON_OUTPUT]: null, ...fetches });
  } catch (error) {
    if (error instanceof Error && error.message === SEQUENCE_MESSAGE) return true;
    throw error;
  }
  return false;
}

const PROBE_OPTIONS = { graphOptimizationLevel: 'basic', intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
const START = [1, 2, 3, 4];
/** Memory around a view, and what lies there: a write beside the view shows. */
const MARGIN = 3;
const UNTOUCHED = -7;

/** y = x + 1, then z = x + 0·y: where y is written over x, z tells whether x is read where it lies (x + 1) or was copied before (x). */
function probeGraph(): Graph {
  const graph = new Graph('probe');
  const dims = [START.length];
  const x = graph.input('x', 'float32', dims);
  const y = graph.single('Add', [x, graph.float(1)], dims);
  graph.output('y', y);
  graph.output('z', graph.single('Add', [x, graph.single('Mul', [y, graph.float(0)], dims)], dims));
  return graph;
}

interface Trial {
  readonly isFilled: boolean;
  readonly copies: boolean;
  /** `an input` only: see `probeGraph`. */
  readonly inPlace: boolean;
  /** The run took its inputs. */
  readonly wasm: boolean;
  readonly stops: boolean;
}

/** Two runs into one kind of memory, the second one stopped at the sequence output. */
async function tryMemory(binding: OrtBinding, session: BoundSession, kind: MemoryKind): Promise<Trial> {
  const isOver = kind === 'an input';
  const room = makeRoom(kind);
  const x = isOver ? room.values : makeRoom(kind).values;
  const z = makeRoom(kind).values;
  const view = (data: Float32Array): TensorView => ({ dtype: 'float32', dims: [START.length], data });
  const bind = () => ({
    feeds: { x: binding.tensor(view(x)) },
    fetches: { y: binding.tensor(view(room.values)), z: binding.tensor(view(z)) },
  });
  /** y after the first run, and after the second where that one goes on from it. */
  const isRight = (times: number, values: Float32Array) =>
    values.every((value, i) => value === (START[i] ?? 0) + (isOver ? times : 1));

  x.set(START);
  const first = await attempt(async () => {
    const { feeds, fetches } = bind();
    return session.run(feeds, fetches);
  });
  const isFilled = first !== null && isRight(1, room.values) && room.isMarginUntouched();
  const inPlace = isFilled && isOver && z.every((value, i) => value === (START[i] ?? 0) + 1);
  const copies = first !== null && Object.values(first).some(({ data }) => !isSameMemory(data, [room.values, z]));

  if (!isOver) room.values.fill(0);
  const stopped = await attempt(async () => {
    const { feeds, fetches } = bind();
    return runStopped(session, feeds, fetches);
  });
  const stops = stopped === true && isRight(2, room.values) && room.isMarginUntouched();
  return { isFilled, copies, inPlace, wasm: first !== null, stops };
}

function isSameMemory(data: BoundTensorData, known: readonly Float32Array[]): boolean {
  return known.some((values) => ArrayBuffer.isView(data) && data.buffer === values.buffer);
}
type BoundTensorData = Awaited<ReturnType<BoundSession['run']>>[string]['data'];

interface Room {
  readonly values: Float32Array;
  isMarginUntouched(): boolean;
}

/** Memory of a kind for the probe's numbers, with a margin on both sides where the kind has one. */
function makeRoom(kind: MemoryKind): Room {
  const isAlone = kind === 'array of its own';
  const inWasm = kind === 'WebAssembly memory' || kind === 'an input';
  const around = isAlone
    ? new Float32Array(START.length)
    : new Float32Array(
        inWasm ? new WebAssembly.Memory({ initial: 1 }).buffer : new ArrayBuffer(4 * (START.length + 2 * MARGIN)),
        0,
        START.length + 2 * MARGIN,
      );
  around.fill(UNTOUCHED);
  const from = isAlone ? 0 : MARGIN;
  const values = around.subarray(from, from + START.length);
  return {
    values,
    isMarginUntouched: () => around.every((value, i) => (i >= from && i < from + START.length) || value === UNTOUCHED),
  };
}

/** The value, or null for whatever goes wrong on the way: a probe asks whether something works. */
async function attempt<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action();
  } catch {
    return null;
  }
}
