import { describe, expect, it } from 'vitest';
import { encodeGraph, POISON_OUTPUT } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import type { TensorView } from '@core/ports';
import { ORT_BINDING, type BoundSession, type BoundTensor, type OrtBinding } from './ort-binding';
import { OrtExecutor } from './ort-executor';
import { describeTraits, KNOWN_TRAITS, planRuns, probeBinding, type OutputPath } from './probe-binding';
import { allocateFloats } from './weight-store';

type Run = BoundSession['run'];

/** onnxruntime-node with its runs done in another way. */
function changed(change: (run: Run) => Run): OrtBinding {
  return {
    ...ORT_BINDING,
    async open(onnx, options) {
      const session = await ORT_BINDING.open(onnx, options);
      return { ...session, run: change((feeds, fetches) => session.run(feeds, fetches)) };
    },
  };
}

const isFloats = (data: BoundTensor['data']): data is Float32Array => data instanceof Float32Array;
const isWasm = ({ data }: BoundTensor) => isFloats(data) && data.buffer.byteLength === 65_536;

/** Asked for with memory of the binding's own instead of ours. */
const unbound = (
  fetches: Parameters<Run>[1],
  only: (tensor: BoundTensor) => boolean = () => true,
): Parameters<Run>[1] =>
  Object.fromEntries(Object.entries(fetches).map(([name, tensor]) => [name, tensor && only(tensor) ? null : tensor]));

const copied = (feeds: Parameters<Run>[0]): Parameters<Run>[0] =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => [
      name,
      ORT_BINDING.tensor({ dtype: 'float32', dims, data: Float32Array.from(data as Float32Array) }),
    ]),
  );

/** A binding whose sequence output is an ordinary one: the run goes through. */
const withoutSequence: (run: Run) => Run = (run) => (feeds, fetches) => {
  const { [POISON_OUTPUT]: _sequence, ...rest } = fetches;
  return run(feeds, rest);
};

interface Case {
  readonly what: string;
  readonly binding: OrtBinding;
  readonly path: OutputPath;
  readonly note: RegExp;
}

/** Every way in which a later binding may differ, and what has to follow. */
const CASES: readonly Case[] = [
  {
    what: 'leaves given memory alone and returns results in its own',
    binding: changed((run) => (feeds, fetches) => run(feeds, unbound(fetches))),
    path: 'copied',
    note: /does not write results into array of its own, part of a larger array, WebAssembly memory, an input/,
  },
  {
    what: 'leaves WebAssembly memory alone',
    binding: changed((run) => (feeds, fetches) => run(feeds, unbound(fetches, isWasm))),
    path: 'copied',
    note: /into WebAssembly memory, an input, so/,
  },
  {
    what: 'writes to the beginning of the buffer instead of the view',
    binding: changed((run) => async (feeds, fetches) => {
      const results = await run(feeds, unbound(fetches));
      for (const [name, target] of Object.entries(fetches)) {
        const data = results[name]?.data;
        if (target && isFloats(target.data) && data && isFloats(data)) new Float32Array(target.data.buffer).set(data);
      }
      return results;
    }),
    path: 'copied',
    note: /into part of a larger array/,
  },
  {
    what: 'does not write over an input',
    binding: changed((run) => (feeds, fetches) => {
      const inputs = new Set(Object.values(feeds).map(({ data }) => data));
      return run(
        feeds,
        unbound(fetches, ({ data }) => inputs.has(data)),
      );
    }),
    path: 'copied',
    note: /into an input, so/,
  },
  {
    what: 'refuses WebAssembly memory',
    binding: changed((run) => (feeds, fetches) => {
      if (Object.values({ ...feeds, ...fetches }).some((tensor) => tensor !== null && isWasm(tensor)))
        return Promise.reject(new Error('Invalid argument'));
      return run(feeds, fetches);
    }),
    path: 'copied',
    note: /does not read WebAssembly memory/,
  },
  {
    what: 'copies its inputs',
    binding: changed((run) => (feeds, fetches) => run(copied(feeds), fetches)),
    path: 'stopped',
    note: /copies its inputs, so texts are written by graphs that hold the weights/,
  },
  {
    what: 'returns our memory instead of a copy',
    binding: changed((run) => async (feeds, fetches) => {
      const { [POISON_OUTPUT]: _sequence, ...rest } = fetches;
      await run(feeds, rest);
      return Object.fromEntries(
        Object.entries(rest).filter((entry): entry is [string, BoundTensor] => entry[1] !== null),
      );
    }),
    path: 'in place',
    note: /no longer copies its results/,
  },
  {
    what: 'has learnt to return sequences',
    binding: changed(withoutSequence),
    path: 'in place',
    note: /copies every result once more/,
  },
  {
    what: 'says something else about the sequence',
    binding: changed((run) => async (feeds, fetches) => {
      if (!(POISON_OUTPUT in fetches)) return run(feeds, fetches);
      await withoutSequence(run)(feeds, fetches);
      throw new Error('Sequences are not supported.');
    }),
    path: 'in place',
    note: /copies every result once more/,
  },
  {
    what: 'refuses the sequence before it computes anything',
    binding: changed(
      (run) => (feeds, fetches) =>
        POISON_OUTPUT in fetches
          ? Promise.reject(new Error('Non tensor type is temporarily not supported.'))
          : run(feeds, fetches),
    ),
    path: 'in place',
    note: /copies every result once more/,
  },
];

/** y = x + w, over memory of WebAssembly, into a part of it. */
async function addInWasm(executor: OrtExecutor): Promise<number[]> {
  const graph = new Graph('sum');
  const [x, w] = [graph.input('x', 'float32', ['N']), graph.input('w', 'float32', ['N'])];
  graph.output('y', graph.single('Add', [x, w], ['N']));
  const compiled = await executor.compile(encodeGraph(graph));
  const [left, right] = allocateFloats([3, 3]);
  if (!left || !right) throw new Error('There is no memory.');
  left.set([1, 2, 3]);
  right.set([10, 20, 30]);
  const view = (data: Float32Array): TensorView => ({ dtype: 'float32', dims: [3], data });
  // Twice, and over an input: as gradients are gathered.
  for (let run = 0; run < 2; run++) await compiled.run({ x: view(left), w: view(right) }, { y: view(left) });
  await compiled.dispose();
  return [...left, ...right];
}

describe('the probe', () => {
  it('finds what is known of onnxruntime-node 1.30.0, and then says nothing', async () => {
    const traits = await probeBinding(ORT_BINDING);
    expect(traits).toEqual(KNOWN_TRAITS);
    expect(planRuns(traits)).toEqual({ path: 'stopped', copiesWasmInputs: false });
    expect(describeTraits(traits)).toBeNull();
  });

  it.each(CASES)('of a binding that $what leads to the path that is right', async ({ binding, path, note }) => {
    const executor = new OrtExecutor({ threads: 1, binding });
    const report = await executor.report();
    expect(report.path).toBe(path);
    expect(report.note).toMatch(note);
    expect(report.note?.split('\n')).toHaveLength(1);
    expect(await addInWasm(executor)).toEqual([21, 42, 63, 10, 20, 30]);
  });

  it('of a binding that refuses the small graph takes the way that asks for least', async () => {
    const traits = await probeBinding({ ...ORT_BINDING, open: () => Promise.reject(new Error('no')) });
    expect(planRuns(traits)).toEqual({ path: 'copied', copiesWasmInputs: true });
  });

  it.each(['stopped', 'in place', 'copied'] as const)('is obeyed by each path: %s', async (path) => {
    expect(await addInWasm(new OrtExecutor({ threads: 1, path }))).toEqual([21, 42, 63, 10, 20, 30]);
  });
});
