import { encodeGraph } from '../graph/encode';
import type { ModelConfig } from '../models/model-config';
import { lowerProgram } from '../ops/lower';
import type { Program } from '../ops/program';
import type { CompiledGraph, GraphExecutor } from '../ports';
import { sizeOf } from '../tensor/dims';
import { listParameters } from '../models/decoder/parameters';
import type { LossName } from './loss';
import { countRuns, LENGTH_GRAIN } from './micro-batches';
import { buildLogitsGraph, buildLogProbGraph, buildTrainGraph, type LearningPlan } from './train-graph';

export interface RunnableGraph {
  readonly graph: CompiledGraph;
  /** Names of the inputs that it wants. */
  readonly inputs: readonly string[];
  /** Names of what it can give. */
  readonly outputs: readonly string[];
}

export interface TrainerGraphsOptions {
  readonly config: ModelConfig;
  readonly plan: LearningPlan;
  readonly executor: GraphExecutor;
  readonly checkpointing: boolean;
  readonly maxTokensPerMicroBatch: number;
  /** Weights whose products run in 8 bits while training. */
  readonly quantised?: ReadonlySet<string>;
}

/**
 * Logits of one run of the output head stay below this; two such matrices are alive at once. Where blocks are recomputed it is memory that counts, and
 * each further run is one more pass over the head's gradient.
 */
const LOGIT_BYTES = { kept: 64 * 2 ** 20, recomputed: 32 * 2 ** 20 };

const NONE: ReadonlySet<string> = new Set();

/** Each compiled graph keeps its largest working memory, which grows with the model: large models keep few graphs at once. */
const LARGE_MODEL_WEIGHTS = 20_000_000;
const GRAPHS_KEPT = { small: 12, large: 3 };

/** The graphs that a trainer needs, compiled on first use; the one not used for longest is given back first. */
export class TrainerGraphs {
  readonly #options: TrainerGraphsOptions;
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #graphs = new Map<string, Promise<RunnableGraph>>();

  constructor(options: TrainerGraphsOptions) {
    this.#options = options;
    const weights = listParameters(options.config).reduce((total, { dims }) => total + sizeOf(dims), 0);
    this.#limit = weights > LARGE_MODEL_WEIGHTS ? GRAPHS_KEPT.large : GRAPHS_KEPT.small;
  }

  /** Forward and backward pass for rows of a padded length. */
  train(loss: LossName, segmented: boolean, length: number): Promise<RunnableGraph> {
    const { config, plan, checkpointing, quantised = NONE } = this.#options;
    const [runs, headChunks] = [countRuns(length), this.#headChunks()];
    const onDevice = this.#options.executor.device !== undefined;
    return this.#get(`train/${loss}/${segmented}/${runs}`, () =>
      buildTrainGraph({
        config,
        plan,
        loss,
        checkpointing,
        headChunks,
        segmented,
        runs,
        grain: LENGTH_GRAIN,
        scoredOnly: !onDevice,
        addLast: onDevice,
        quantised,
      }),
    );
  }

  /** Log-probabilities alone, of tokens or of judgements, for rows of a padded length. */
  logProbs(segmented: boolean, length: number, isValue = false): Promise<RunnableGraph> {
    const [runs, headChunks] = [countRuns(length), this.#headChunks()];
    return this.#get(`${isValue ? 'values' : 'log-probs'}/${segmented}/${runs}`, () =>
      buildLogProbGraph({ config: this.#options.config, headChunks, segmented, runs, grain: LENGTH_GRAIN, isValue }),
    );
  }

  logits(): Promise<RunnableGraph> {
    return this.#get('logits', () => buildLogitsGraph(this.#options.config));
  }

  async dispose(): Promise<void> {
    const graphs = [...this.#graphs.values()];
    this.#graphs.clear();
    for (const compiling of graphs) await (await compiling).graph.dispose();
  }

  async #get(key: string, build: () => Program): Promise<RunnableGraph> {
    const compiling = this.#graphs.get(key) ?? this.#compile(build());
    this.#graphs.delete(key);
    this.#graphs.set(key, compiling);
    for (const [oldest, other] of this.#graphs) {
      if (this.#graphs.size <= this.#limit) break;
      this.#graphs.delete(oldest);
      await (await other).graph.dispose();
    }
    return compiling;
  }

  async #compile(program: Program): Promise<RunnableGraph> {
    const { executor } = this.#options;
    const graph = lowerProgram(program, executor.device?.target);
    const compiled = await executor.compile(encodeGraph(graph), { label: graph.name });
    const namesOf = (values: readonly { readonly name: string }[]) => values.map(({ name }) => name);
    return { graph: compiled, inputs: namesOf(graph.inputs), outputs: namesOf(graph.outputs) };
  }

  #headChunks(): number {
    const { config, maxTokensPerMicroBatch, checkpointing } = this.#options;
    return countHeadChunks(config, maxTokensPerMicroBatch, checkpointing);
  }
}

/** Runs of the output head in a micro-batch: a power of two up to the grain, since it divides the tokens of every micro-batch. */
export function countHeadChunks(
  { vocabSize }: Pick<ModelConfig, 'vocabSize'>,
  maxTokensPerMicroBatch: number,
  checkpointing: boolean,
): number {
  const bytes = maxTokensPerMicroBatch * vocabSize * Float32Array.BYTES_PER_ELEMENT;
  const limit = LOGIT_BYTES[checkpointing ? 'recomputed' : 'kept'];
  return Math.min(LENGTH_GRAIN, 2 ** Math.max(0, Math.ceil(Math.log2(bytes / limit))));
}
