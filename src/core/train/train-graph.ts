import { ShapeError } from '../errors';
import { backward } from '../autodiff/backward';
import { buildHidden } from '../models/decoder/hidden';
import { EMBEDDING, headName, listParameters, VALUE_HEAD, VALUE_ROWS } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import { buildHead, buildLogProbs } from '../nn/head';
import type { AdapterInputs, Int8Weight, LearningRows, WeightInputs } from '../nn/weights';
import { add, multiply } from '../ops/elementwise';
import { dropoutMask, dropoutRate } from '../ops/dropout';
import { fence } from '../ops/fence';
import { matmul } from '../ops/linear-algebra';
import { gatherRows, scatterRows, zeros } from '../ops/lookup';
import { Program, type Var } from '../ops/program';
import { reshape } from '../ops/shape';
import type { GraphDType } from '../graph/graph';
import { multiplyDims, type Dim, type Dims } from '../tensor/dims';
import { LOSS_BUILDERS, type LossName } from './loss';

/** A LoRA pair as the graph builder needs to know it. */
export interface AdapterPlan {
  readonly rank: number;
  readonly scaling: number;
  /** Share of the adapter's inputs that a training step drops. */
  readonly dropout: number;
}

/** Which tensors learn, as the graph builder needs to know it. */
export interface LearningPlan {
  /** Whole weights that learn. */
  readonly weights: ReadonlySet<string>;
  /** Rank and strength of the LoRA pair of each adapted weight. */
  readonly adapters: ReadonlyMap<string, AdapterPlan>;
  /** Embeddings of which some rows learn, and how many. */
  readonly rows: ReadonlyMap<string, number>;
}

export interface TrainGraphOptions {
  readonly config: ModelConfig;
  readonly plan: LearningPlan;
  readonly loss: LossName;
  readonly checkpointing: boolean;
  /** Runs of tokens whose logits are in memory one after the other. */
  readonly headChunks: number;
  readonly segmented: boolean;
  /** Runs of queries in attention. */
  readonly runs: number;
  /** Row lengths are multiples of this; `runs` and `headChunks` divide it. */
  readonly grain: number;
  /**
   * The head sees only the hidden states at `scored`, positions in [B·T], a multiple of `grain` of them; targets and the loss's per-token
   * values are then given for these alone, [grain·R]. Others have weight 0 and need no logits.
   */
  readonly scoredOnly?: boolean;
  /** Gradients meet the gathered ones in a node of their own at the end: on a device no other kernel may read and write one buffer. */
  readonly addLast?: boolean;
  /** Weights whose products run in 8 bits; their grids are further inputs, see `int8Names`. */
  readonly quantised?: ReadonlySet<string>;
}

/** Names of a graph's inputs and outputs: one place, so that builder and trainer cannot disagree. */
export const gradientOf = (name: string): string => `grad/${name}`;
/** What is gathered for a gradient on the way to it: an output, so that it may be given the gradient's own memory. */
export const gradientStepOf = (name: string, step: number): string => `${gradientOf(name)}~${step}`;
/** The gradient whose memory an output shall have, or null where it is none of `gradientStepOf`. */
export const gradientOfStep = (output: string): string | null => /^(grad\/.*)~\d+$/.exec(output)?.[1] ?? null;
export const accumulatedOf = (name: string): string => `acc/${name}`;
export const adapterA = (weight: string): string => `${weight}#A`;
export const adapterB = (weight: string): string => `${weight}#B`;
export const DROPOUT_ROWS = 'dropoutRows';
export const dropoutColumnsOf = (weight: string): string => `${weight}#dropout`;
export const int8Names = (weight: string): Readonly<Record<keyof Int8Weight, string>> => ({
  values: `${weight}#int8`,
  turned: `${weight}#int8-turned`,
  scales: `${weight}#int8-scales`,
});
export const learningRowsOf = (embedding: string): string => `${embedding}#rows`;

/**
 * One graph for the forward and the backward pass. B rows of T positions, both free.
 *
 * Inputs: ids, targets [B, T] int64; weights and the loss's per-token values [B, T]; its scalars [1]; every weight; for each learning
 * tensor the gradient so far (`acc/…`); with dropout the random numbers of `ops/dropout.ts`. Outputs: logProbs [B·T]; the loss's totals [1]; for each learning tensor
 * `grad/…` = so far + new, and for the head's what it was on the way, `grad/…~…`, which no caller need ask for.
 */
export function buildTrainGraph(options: TrainGraphOptions): Program {
  const { config, plan, checkpointing, headChunks } = options;
  const loss = LOSS_BUILDERS[options.loss];
  const program = new Program(`train-${options.loss}`);
  const length = multiplyDims(options.grain, 'U');
  const ids = program.input('ids', ['B', length], { dtype: 'int64' });
  const scored = options.scoredOnly
    ? program.input('scored', [multiplyDims(options.grain, 'R')], { dtype: 'int64' })
    : null;
  const tokens = scored?.dims ?? ['B', length];
  const targets = tokenInput(program, 'targets', tokens, 'int64');
  const segments = options.segmented ? program.input('segments', ['B', length], { dtype: 'int64' }) : null;
  const perToken = Object.fromEntries(
    ['weights', ...loss.perToken].map((name) => [name, tokenInput(program, name, tokens)]),
  );
  const scalars = Object.fromEntries(
    ['inverseNormaliser', ...loss.scalars].map((name) => [name, program.input(name, [1])]),
  );
  const inputs = new LearningInputs(program, plan, ids.dims, options.quantised);

  const hidden = buildHidden(program, inputs, config, { ids, segments, runs: options.runs });
  const until = program.steps.length;
  const headUsed = headOf(config, options.loss === 'value');
  const headWeight = inputs.weight(headUsed.name, [headUsed.rows, config.hiddenSize]);
  const learning = inputs.learningRows(headUsed.name);
  const ofHead = learning ? learning.rows : headWeight;
  const gatheredOf = (parameter: Var): Var => program.input(accumulatedOf(inputs.nameOf(parameter)), parameter.dims);
  const { addLast = false } = options;
  const gathered = ofHead.requiresGrad && !addLast ? gatheredOf(ofHead) : null;
  const head = buildHead(program, {
    hidden: scored ? program.apply(gatherRows, hidden, scored) : hidden,
    weight: headWeight,
    targets,
    perToken,
    chunks: headChunks,
    loss: (logProbs, values) => loss.build(program, logProbs, { ...values, ...scalars }),
    learning,
    gathered,
  });

  const finish = (parameter: Var, gradient: Var): Var => {
    const sum = addLast ? program.apply(add, gatheredOf(parameter), gradient) : gradient;
    program.output(gradientOf(inputs.nameOf(parameter)), sum);
    return sum;
  };
  const wrt = inputs.learning();
  // An untied head is not used before the loss, so its gradient is finished at once.
  const untied = head.toWeight && headUsed.name !== EMBEDDING ? finish(ofHead, head.toWeight) : null;
  // Given the gradient's own memory, a matrix of the vocabulary's size is never held beside it, however many chunks write to it.
  const onTheWay = gathered ? [...head.towardsWeight, ...(head.toWeight && !untied ? [head.toWeight] : [])] : [];
  onTheWay.forEach((value, step) => program.output(gradientStepOf(inputs.nameOf(ofHead), step), value));
  // The head's logits are given back before the blocks begin.
  const awaited = [head.logProbs, untied ?? head.toWeight].filter((value) => value !== null);
  const toScored = program.apply(fence, head.toHidden, ...awaited);
  const toHidden = scored ? program.apply(scatterRows, program.apply(zeros(hidden.dims)), scored, toScored) : toScored;
  const seeds = new Map([[hidden, toHidden]]);
  // Each gradient is added to what earlier micro-batches gave, in the product that makes it where there is one.
  for (const parameter of addLast ? [] : wrt) if (parameter !== ofHead) seeds.set(parameter, gatheredOf(parameter));
  if (head.toWeight && !untied) seeds.set(ofHead, head.toWeight);
  const finished = backward(program, { seeds, wrt, until, checkpoint: checkpointing, finish });
  const lost = wrt.filter((parameter) => !finished.has(parameter) && !(untied && parameter === ofHead));
  if (lost.length > 0)
    throw new ShapeError(`No gradient reaches ${lost.map((parameter) => inputs.nameOf(parameter)).join(', ')}.`);

  program.output('logProbs', head.logProbs);
  for (const [name, value] of Object.entries(head.totals)) program.output(name, value);
  return program;
}

/** The head that a graph reads: that of the vocabulary, or the one that judges. */
function headOf(config: ModelConfig, isValue: boolean): { readonly name: string; readonly rows: number } {
  return isValue ? { name: VALUE_HEAD, rows: VALUE_ROWS } : { name: headName(config), rows: config.vocabSize };
}

export interface ForwardGraphOptions {
  readonly config: ModelConfig;
  readonly headChunks: number;
  readonly segmented: boolean;
  readonly runs: number;
  readonly grain: number;
  /** Read the head that judges; targets are then its rows. */
  readonly isValue?: boolean;
}

/**
 * Forward pass alone: log-probability of each target under the distribution at a temperature.
 * Inputs: ids, targets [B, T] int64; inverseTemperature [1]; every weight. Output: logProbs [B·T].
 */
export function buildLogProbGraph(options: ForwardGraphOptions): Program {
  const { config, headChunks, segmented, runs, grain, isValue = false } = options;
  const head = headOf(config, isValue);
  const program = new Program(isValue ? 'values' : 'log-probs');
  const length = multiplyDims(grain, 'U');
  const ids = program.input('ids', ['B', length], { dtype: 'int64' });
  const targets = tokenInput(program, 'targets', ids.dims, 'int64');
  const segments = segmented ? program.input('segments', ['B', length], { dtype: 'int64' }) : null;
  const inputs = new LearningInputs(program, FROZEN, ids.dims);
  // Scaling the hidden states scales the logits.
  const hidden = program.apply(
    multiply,
    buildHidden(program, inputs, config, { ids, segments, runs }),
    program.input('inverseTemperature', [1]),
  );
  program.output(
    'logProbs',
    buildLogProbs(program, hidden, inputs.weight(head.name, [head.rows, config.hiddenSize]), targets, headChunks),
  );
  return program;
}

/** Forward pass alone: logits [B·T, V] of ids [B, T]. */
export function buildLogitsGraph(config: ModelConfig): Program {
  const program = new Program('logits');
  const ids = program.input('ids', ['B', 'U'], { dtype: 'int64' });
  const inputs = new LearningInputs(program, FROZEN, ids.dims);
  const hidden = buildHidden(program, inputs, config, { ids, segments: null, runs: 1 });
  program.output(
    'logits',
    program.apply(
      matmul({ transB: true }),
      hidden,
      inputs.weight(headName(config), [config.vocabSize, config.hiddenSize]),
    ),
  );
  return program;
}

const FROZEN: LearningPlan = { weights: new Set(), adapters: new Map(), rows: new Map() };

/** Every tensor that learns under a plan, with its shape, in a fixed order. */
export function listLearning(
  config: ModelConfig,
  plan: LearningPlan,
): readonly { readonly name: string; readonly dims: readonly number[] }[] {
  return listParameters(config).flatMap(({ name, dims }) => {
    const [out = 1, width = 1] = dims;
    const adapter = plan.adapters.get(name);
    const rows = plan.rows.get(name);
    return [
      ...(plan.weights.has(name) ? [{ name, dims }] : []),
      ...(adapter
        ? [
            { name: adapterA(name), dims: [adapter.rank, width] },
            { name: adapterB(name), dims: [out, adapter.rank] },
          ]
        : []),
      ...(rows === undefined ? [] : [{ name: learningRowsOf(name), dims: [rows + 1, width] }]),
    ];
  });
}

/** Makes a graph input of each tensor on first use and remembers which of them learn. */
class LearningInputs implements WeightInputs {
  readonly #program: Program;
  readonly #plan: LearningPlan;
  /** [B, T] */
  readonly #ids: Dims;
  readonly #quantised: ReadonlySet<string>;
  readonly #known = new Map<string, Var>();
  readonly #learning: Var[] = [];
  readonly #names = new Map<Var, string>();
  #places: { indexOfIds: Var; ids: Var } | null = null;

  constructor(program: Program, plan: LearningPlan, ids: Dims, quantised: ReadonlySet<string> = new Set()) {
    this.#program = program;
    this.#plan = plan;
    this.#ids = ids;
    this.#quantised = quantised;
  }

  weight(name: string, dims: readonly number[]): Var {
    return this.#input(name, dims, this.#plan.weights.has(name));
  }

  adapter(name: string): AdapterInputs | null {
    const adapter = this.#plan.adapters.get(name);
    const [out = 1, width = 1] = this.#known.get(name)?.dims ?? [];
    if (!adapter) return null;
    const a = this.#input(adapterA(name), [adapter.rank, width], true);
    const b = this.#input(adapterB(name), [out, adapter.rank], true);
    return { a, b, scaling: adapter.scaling, dropout: this.#dropout(name, width, adapter.dropout) };
  }

  #dropout(name: string, width: Dim, rate: number): ((x: Var) => Var) | null {
    if (dropoutRate(rate) === 0) return null;
    const program = this.#program;
    const draws = this.#input(DROPOUT_ROWS, [...this.#ids, 3], false);
    const columns = this.#input(dropoutColumnsOf(name), [3, width], false);
    return (x) => {
      const rows = program.apply(reshape([multiplyDims(...this.#ids), 3]), draws);
      // Made when x is, and with it once more where the block is recomputed, rather than kept from the forward pass on.
      return program.apply(dropoutMask(rate), program.apply(fence, rows, x), columns);
    };
  }

  quantised(name: string): Int8Weight | null {
    if (!this.#quantised.has(name)) return null;
    const [out = 1, width = 1] = this.#known.get(name)?.dims ?? [];
    const names = int8Names(name);
    const input = (part: keyof Int8Weight, dims: Dims) =>
      this.#input(names[part], dims, false, part === 'scales' ? 'float32' : 'int8');
    return {
      values: input('values', [out, width]),
      turned: input('turned', [width, out]),
      scales: input('scales', [out]),
    };
  }

  learningRows(name: string): LearningRows | null {
    const count = this.#plan.rows.get(name);
    const width = this.#known.get(name)?.dims[1] ?? 1;
    if (count === undefined) return null;
    this.#places ??= {
      ids: this.#program.input('learningIds', [count + 1], { dtype: 'int64' }),
      indexOfIds: this.#program.input('indexOfIds', this.#ids, { dtype: 'int64' }),
    };
    return { rows: this.#input(learningRowsOf(name), [count + 1, width], true), ...this.#places };
  }

  learning(): readonly Var[] {
    return this.#learning;
  }

  nameOf(variable: Var): string {
    return this.#names.get(variable) ?? `value ${variable.id}`;
  }

  #input(name: string, dims: Dims, requiresGrad: boolean, dtype: GraphDType = 'float32'): Var {
    const known = this.#known.get(name);
    if (known) return known;
    const variable = this.#program.input(name, dims, { requiresGrad, dtype });
    this.#known.set(name, variable);
    this.#names.set(variable, name);
    if (requiresGrad) this.#learning.push(variable);
    return variable;
  }
}

/** An input such as [B, T] as the flat [B·T] that the head wants. */
function tokenInput(program: Program, name: string, dims: Dims, dtype: GraphDType = 'float32'): Var {
  return program.apply(reshape([multiplyDims(...dims)]), program.input(name, dims, { dtype }));
}
