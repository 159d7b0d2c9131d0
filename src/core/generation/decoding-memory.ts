import type { Graph } from '../graph/graph';
import { peakOf, traceMemory } from '../graph/peak-memory';
import { countParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import { SHARED_WEIGHTS } from '../models/forward-weights';
import { buildPrefillGraph } from '../models/prefill-graph';
import { kvBytesPerToken, kvLayoutOf } from './kv-rows';
import { MAX_PREFILL_TOKENS } from './prefix-filler';

/** What the memory of writing texts depends on. */
export interface DecodingShape {
  readonly config: ModelConfig;
  /** Texts that are written side by side. */
  readonly rows: number;
  /** Tokens of the longest text, its beginning included. */
  readonly textTokens: number;
  /** Tokens that each text begins with. */
  readonly prefixTokens: number;
  /** Weights up to this size are compiled into the graphs. */
  readonly maxBakedBytes: number;
  /** Keys and values, rows and remembered beginnings together, stay below this. */
  readonly kvBytes: number;
}

/** What weights that are compiled in take beside the store, in copies of them; fitted, see docs/experiments.md. */
const BAKED_COPIES = 2.8;
/** Buffers and stacks of the threads, code that is read in at the first run; less than a training step's. Fitted on the same grid. */
export const WRITING_FIRST_RUN_BYTES = 14e6;
const FLOAT = 4;

/** Bytes that writing texts takes beside the program and the weights; from shapes alone. */
export function estimateDecodingMemory(shape: DecodingShape): number {
  const { config, rows, textTokens, prefixTokens, maxBakedBytes, kvBytes } = shape;
  const weights = FLOAT * countParameters(config);
  const perToken = kvBytesPerToken(kvLayoutOf(config));
  // Rows have room for more; what nobody writes to takes no memory. Finished texts are remembered beside them.
  const ofRows = Math.min(kvBytes / 2, rows * textTokens * perToken);
  const remembered = ofRows;
  const together = Math.max(1, Math.min(rows, Math.floor(MAX_PREFILL_TOKENS / Math.max(1, prefixTokens))));
  const fresh = together * prefixTokens * perToken;
  const logits = FLOAT * rows * config.vocabSize;
  const baked = weights <= maxBakedBytes ? BAKED_COPIES * weights : 0;
  const graphs = [
    peakBytes(buildPrefillGraph(config, SHARED_WEIGHTS).graph, config, { rows: together, tokens: prefixTokens }),
    // A decoding step holds about what a prefill of one token does; its logits are counted above.
    peakBytes(buildPrefillGraph(config, SHARED_WEIGHTS).graph, config, { rows, tokens: 1 }),
  ];
  return ofRows + remembered + fresh + logits + baked + graphs.reduce((sum, bytes) => sum + bytes, 0);
}

/** Results that a forward graph holds at once; each compiled graph keeps its own memory. */
function peakBytes(
  graph: Graph,
  config: ModelConfig,
  { rows, tokens }: { readonly rows: number; readonly tokens: number },
): number {
  const sizes = {
    B: rows,
    S: tokens,
    N: rows * tokens,
    C: 0,
    T: tokens,
    M: config.maxPositions,
    P: config.maxPositions,
  };
  const { bytes, largestBlock } = peakOf(traceMemory(graph, sizes));
  return bytes + largestBlock;
}
