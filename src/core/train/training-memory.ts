import { peakOf, traceMemory } from '../graph/peak-memory';
import { countParameters, layerPrefix, listLinears, listParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import { lowerProgram } from '../ops/lower';
import { sizeOf } from '../tensor/dims';
import { baseBytes } from './lora-base';
import { learningBytes, type LearningMemory } from './learning-state';
import type { LossName } from './loss';
import type { Precision } from './precision';
import { countRuns, LENGTH_GRAIN, paddedLength } from './micro-batches';
import { buildTrainGraph, listLearning, type LearningPlan } from './train-graph';
import { countHeadChunks } from './trainer-graphs';

/** What the memory of a training step depends on. */
export interface TrainingShape {
  readonly config: ModelConfig;
  readonly plan: LearningPlan;
  readonly kept: LearningMemory;
  readonly checkpointing: boolean;
  /** Tokens of the longest row. */
  readonly rowTokens: number;
  readonly maxTokensPerMicroBatch: number;
  /** Products in 8 bits keep a second form of the linear layers' weights. */
  readonly precision: Precision;
  /** Short rows share lines. */
  readonly packing: boolean;
  /** The weights are on disk as they were, so that LoRA need not keep them; see `baseBytes`. */
  readonly readsBase: boolean;
  readonly loss: LossName;
}

/** Bytes by what they are for. */
export interface TrainingMemory {
  /** Program and runtime before any model. */
  readonly program: number;
  readonly weights: number;
  /** Gradients, moments, averages; pairs of LoRA and what is held of what they adapt as it was. */
  readonly learning: number;
  /** Graphs as text and as sessions, and what running them takes besides results. */
  readonly graphs: number;
  /** Intermediate results of a step. */
  readonly activations: number;
  /** The most that the process holds at once. */
  readonly total: number;
}

/** Node, onnxruntime and our own code before any model: 90 MB measured, the rest set so that the grid of docs/experiments.md fits. */
export const PROGRAM_BYTES = 100e6;
/** Buffers and stacks of the threads, code that is read in at the first run. */
const FIRST_RUN_BYTES = 20e6;
/** A node of a graph while it is built, written, read and run. */
export const BYTES_PER_NODE = 10_000;
/**
 * Where blocks are recomputed, results of all sizes come and go, and onnxruntime's arena is left with gaps that the next ones do not fit.
 * Measured, see docs/experiments.md.
 */
const GAPS_OF_RECOMPUTING = 1.045;
const FLOAT = 4;

/** Memory of a training step, from shapes alone; a tenth of a second or two, since the step's graph is built for it. */
export function estimateTrainingMemory(shape: TrainingShape): TrainingMemory {
  const { config, plan, kept } = shape;
  const parameters = new Map(listParameters(config).map(({ name, dims }) => [name, sizeOf(dims)]));
  const learning = listLearning(config, plan);
  const adapted = [...plan.adapters.keys()].map((name) => parameters.get(name) ?? 0);
  const pairs = learning.filter(({ name }) => /#[AB]$/.test(name)).reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  const { nodes, bytes } = measureGraph(shape);
  const parts = {
    program: PROGRAM_BYTES,
    weights: FLOAT * countParameters(config) + (shape.precision === 'int8' ? int8Bytes(config) : 0),
    learning: learningBytes(learning, kept) + baseBytes(adapted, shape.readsBase) + FLOAT * pairs,
    graphs: FIRST_RUN_BYTES + BYTES_PER_NODE * nodes,
    activations: bytes * (shape.checkpointing ? GAPS_OF_RECOMPUTING : 1),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

function linearsOf(config: ModelConfig) {
  return Array.from({ length: config.numLayers }, (_, layer) => listLinears(config, layer)).flat();
}

/** Two grids of a byte an element, a scale for each row, and one matrix of floats on its way to them. */
function int8Bytes(config: ModelConfig): number {
  const matrices = linearsOf(config).map(({ dims }) => ({ elements: sizeOf(dims), rows: dims[0] ?? 1 }));
  const grids = matrices.reduce((sum, { elements, rows }) => sum + 2 * elements + FLOAT * rows, 0);
  return grids + FLOAT * Math.max(...matrices.map(({ elements }) => elements));
}

/** Nodes of a step's graph, and bytes of results that it holds at once. */
interface GraphSize {
  readonly nodes: number;
  readonly bytes: number;
}

/** Blocks of a model that stand for all of them: two sizes tell what one more block adds. */
const SAMPLE_BLOCKS = 4;

function measureGraph(shape: TrainingShape): GraphSize {
  const { numLayers } = shape.config;
  if (numLayers <= SAMPLE_BLOCKS || !areBlocksAlike(shape)) return measureWhole(shape);
  const [fewer, more] = [SAMPLE_BLOCKS - 1, SAMPLE_BLOCKS].map((blocks) => measureWhole(cutTo(shape, blocks)));
  if (!fewer || !more) return measureWhole(shape);
  const extend = (of: keyof GraphSize) => more[of] + (more[of] - fewer[of]) * (numLayers - SAMPLE_BLOCKS);
  return { nodes: extend('nodes'), bytes: extend('bytes') };
}

function measureWhole(shape: TrainingShape): GraphSize {
  const { config, plan, checkpointing, packing, loss, rowTokens, maxTokensPerMicroBatch, precision } = shape;
  const length = paddedLength(rowTokens - 1);
  const program = buildTrainGraph({
    config,
    plan,
    loss,
    checkpointing,
    headChunks: countHeadChunks(config, maxTokensPerMicroBatch, checkpointing),
    segmented: packing,
    runs: countRuns(length),
    grain: LENGTH_GRAIN,
    scoredOnly: true,
    ...(precision === 'int8' && { quantised: new Set(linearsOf(config).map(({ name }) => name)) }),
  });
  const graph = lowerProgram(program);
  const lines = Math.max(1, Math.floor(maxTokensPerMicroBatch / length));
  const grains = length / LENGTH_GRAIN;
  // At most every token has a weight.
  const { bytes, largestBlock } = peakOf(traceMemory(graph, { B: lines, U: grains, R: lines * grains }));
  // The arena hardly ever has a gap for one more of its largest blocks.
  return { nodes: graph.nodes.length, bytes: bytes + largestBlock };
}

/** Whether the same tensors learn in every block. */
function areBlocksAlike({ config, plan }: TrainingShape): boolean {
  const learns = (prefix: string) =>
    [...plan.weights, ...plan.adapters.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .sort()
      .join();
  const first = learns(layerPrefix(0));
  return Array.from({ length: config.numLayers }, (_, layer) => learns(layerPrefix(layer))).every(
    (names) => names === first,
  );
}

/** The same step of a model that ends after so many blocks. */
function cutTo(shape: TrainingShape, blocks: number): TrainingShape {
  const { config, plan } = shape;
  const cut = { ...config, numLayers: blocks };
  const isThere = new Set(listParameters(cut).map(({ name }) => name));
  return {
    ...shape,
    config: cut,
    plan: {
      ...plan,
      weights: new Set([...plan.weights].filter((name) => isThere.has(name))),
      adapters: new Map([...plan.adapters].filter(([name]) => isThere.has(name))),
    },
  };
}
