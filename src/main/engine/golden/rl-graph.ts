import { encodeGraph } from '@core/graph/encode';
import { lowerProgram } from '@core/ops/lower';
import { Program } from '@core/ops/program';
import { evaluateProgram } from '@core/ops/reference';
import type { TensorView } from '@core/ports';
import { tensor64, type Tensor64 } from '@core/tensor/tensor64';
import { LOSS_BUILDERS, type LossName } from '@core/train/loss';
import type { Rows } from '@core/train/rl/advantages';
import { aggregationWeights, type Aggregation } from '@core/train/rl/aggregation';
import { distance, Worst } from './compare';
import type { Part } from './golden-set';
import { executor } from './model-files';
import { advantagesOf, type Graded, type LossCase, type LossesFile } from './rl-losses';

/** One golden loss as the training graph takes it. */
interface GraphLoss {
  readonly where: string;
  readonly builder: LossName;
  readonly feeds: Readonly<Record<string, Tensor64>>;
  readonly expected: Partial<Graded>;
  /** Further sums that must come out. */
  readonly totals?: Readonly<Record<string, number>>;
}

type Numbers = Readonly<Record<string, ArrayLike<number>>>;
type Run = (program: Program, feeds: Readonly<Record<string, Tensor64>>) => Promise<Numbers>;

/** The training graph's losses: by the reference executor in float64, by onnxruntime in float32. */
const EXECUTORS: readonly { readonly name: string; readonly tolerance: number; readonly run: Run }[] = [
  { name: 'training graph, float64', tolerance: 1e-10, run: runReference },
  { name: 'training graph, onnxruntime', tolerance: 1e-5, run: runOnnx },
];

export function lossGraphParts({ cases, hyperparameters }: LossesFile): Part[] {
  return cases.flatMap((golden) =>
    EXECUTORS.map(({ name, tolerance, run }) => ({
      name: `${golden.name}: ${name}`,
      measure: async () => {
        const worst = new Worst();
        for (const { where, builder, feeds, expected, totals = {} } of listLosses(golden, hyperparameters)) {
          const results = await run(buildProgram(builder, feeds), feeds);
          const note = (key: string, value: number, index = 0) =>
            worst.note(distance(results[key]?.[index] ?? Number.NaN, value), `${where}, ${key}`);
          if (expected.loss !== undefined) note('loss', expected.loss);
          expected.grad?.flat().forEach((value, index) => note('coefficients', value, index));
          for (const [key, value] of Object.entries(totals)) note(key, value);
        }
        return worst.finding(tolerance);
      },
    })),
  );
}

function listLosses(
  golden: LossCase,
  { clip_low, clip_high, dr_grpo_horizon: horizon }: LossesFile['hyperparameters'],
) {
  const clip = { low: clip_low, high: clip_high, beta: 0 };
  const losses: GraphLoss[] = [];
  for (const row of golden.policy_losses) {
    // The training graph has no dual clip.
    if (row.dual_clip !== null) continue;
    losses.push({
      where: `${row.advantages}, ${row.aggregation}`,
      builder: 'policy-k3',
      feeds: feedsOf(golden, advantagesOf(golden, row.advantages), row.aggregation, horizon, {
        ...clip,
        low: row.clip_low,
        high: row.clip_high,
      }),
      expected: row,
    });
  }
  for (const row of golden.grpo_with_kl) {
    const options = { ...clip, beta: row.beta };
    losses.push({
      where: `${row.kl}, ${row.aggregation}`,
      builder: `policy-${row.kl}`,
      feeds: feedsOf(golden, advantagesOf(golden, 'grpo'), row.aggregation, horizon, options),
      expected: row,
    });
  }
  const tokens = golden.mask.flat().reduce((sum, real) => sum + real, 0);
  losses.push({
    where: 'statistics',
    builder: 'policy-k1',
    feeds: feedsOf(golden, advantagesOf(golden, 'reinforce_pp'), 'token-mean', horizon, clip),
    expected: {},
    totals: {
      tokens,
      ratio: golden.statistics.ratio_mean * tokens,
      clippedTokens: golden.statistics.clip_fraction * tokens,
    },
  });
  return losses;
}

const vector = (values: ArrayLike<number>) => tensor64([values.length], values);
const flat = (rows: Rows) => vector(rows.flatMap((row) => Array.from(row)));

function feedsOf(
  golden: LossCase,
  advantages: Rows,
  aggregation: Aggregation,
  horizon: number,
  { low, high, beta }: { readonly low: number; readonly high: number; readonly beta: number },
): Record<string, Tensor64> {
  const { weights, normaliser } = aggregationWeights(golden.mask, aggregation, horizon);
  return {
    logProbs: flat(golden.logp_new),
    weights: flat(weights),
    inverseNormaliser: vector([1 / normaliser]),
    oldLogProbs: flat(golden.logp_old),
    refLogProbs: flat(golden.logp_ref),
    advantages: flat(advantages),
    ratioLow: vector([1 - low]),
    ratioHigh: vector([1 + high]),
    klCoefficient: vector([beta]),
  };
}

/** The loss on log-probabilities directly: its totals, and its derivative by each of them. */
function buildProgram(name: LossName, feeds: Readonly<Record<string, Tensor64>>): Program {
  const program = new Program(name);
  const { build, perToken, scalars } = LOSS_BUILDERS[name];
  const length = feeds['logProbs']?.dims[0] ?? 0;
  const inputs = [
    ...['weights', ...perToken].map((each) => [each, program.input(each, [length])] as const),
    ...['inverseNormaliser', ...scalars].map((each) => [each, program.input(each, [1])] as const),
  ];
  const logProbs = program.input('logProbs', [length], { requiresGrad: true });
  const { coefficients, totals } = build(program, logProbs, Object.fromEntries(inputs));
  program.output('coefficients', coefficients);
  for (const [each, value] of Object.entries(totals)) program.output(each, value);
  return program;
}

function runReference(program: Program, feeds: Readonly<Record<string, Tensor64>>): Promise<Numbers> {
  const results = Object.entries(evaluateProgram(program, feeds));
  return Promise.resolve(Object.fromEntries(results.map(([name, { data }]) => [name, data])));
}

async function runOnnx(program: Program, feeds: Readonly<Record<string, Tensor64>>): Promise<Numbers> {
  const graph = lowerProgram(program);
  const compiled = await executor.compile(encodeGraph(graph));
  const view = (dims: readonly number[], data: Float32Array): TensorView => ({ dtype: 'float32', dims, data });
  const inputs = graph.inputs.map(({ name }) => {
    const { dims, data } = feeds[name] ?? vector([]);
    return [name, view(dims, Float32Array.from(data))] as const;
  });
  const outputs = program.outputs.map(({ name, variable }) => {
    const dims = variable.dims.map(Number);
    return [name, view(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)))] as const;
  });
  await compiled.run(Object.fromEntries(inputs), Object.fromEntries(outputs));
  await compiled.dispose();
  return Object.fromEntries(outputs.map(([name, { data }]) => [name, Array.from(data, Number)]));
}
