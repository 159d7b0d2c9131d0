import type { DecodePrecision } from '../models/decode-precision';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import { INT8_LARGEST, REFERENCE_QUANTISER, type Quantiser } from '../models/quantise';
import type { GraphExecutor } from '../ports';
import { Decoder } from './decoder';
import type { Generator } from './generator';
import { REFERENCE_LOGITS_KERNEL, type LogitsKernel } from './logits-kernel';
import { KvRows, kvLayoutOf } from './kv-rows';
import { PrefixTrie } from './prefix-trie';
import { Scheduler } from './scheduler';
import { Sequence } from './sequence';
import { createStopWatchFactory, type Decoder as TextDecoder } from './stopping';

export interface GeneratorOptions {
  readonly config: ModelConfig;
  /** May change between requests; whoever writes to the weights raises the store's version. */
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  /** Finds stop texts. */
  readonly tokenizer: TextDecoder;
  /** Sequences that share a decoding step; 64 unless told. */
  readonly maxBatch?: number;
  /** Bytes for keys and values, rows and cached prefixes together; 1 GiB unless told. */
  readonly kvBytes?: number;
  /** Longest sequence, prefix included; what the model was made for unless told. */
  readonly maxContext?: number;
  /** Weights that take no more are compiled into the graphs, which halves the time of small batches; 64 MiB unless told. */
  readonly maxBakedBytes?: number;
  /** fp32 unless told; others make weights of their own from the store's, anew whenever its version has risen. */
  readonly precision?: DecodePrecision;
  /** Makes those weights; plain TypeScript unless told. */
  readonly quantiser?: Quantiser;
  /** Largest magnitude of an int8 weight; 127 unless told. */
  readonly int8Largest?: () => Promise<number>;
  /** Looks at whole rows of logits; plain TypeScript unless told. */
  readonly logitsKernel?: LogitsKernel;
  /** Lets waiting code run between steps; 64 turns of the microtask queue unless told. */
  readonly pause?: () => Promise<void>;
}

const DEFAULT_MAX_BATCH = 64;
const DEFAULT_KV_BYTES = 2 ** 30;
const DEFAULT_MAX_BAKED_BYTES = 2 ** 26;
const PAUSE_TURNS = 64;

/** A generator over one model: continuous batching, shared prefixes, exact log-probabilities. */
export function createGenerator(options: GeneratorOptions): Generator {
  const {
    config,
    parameters,
    executor,
    tokenizer,
    maxBatch = DEFAULT_MAX_BATCH,
    maxBakedBytes = DEFAULT_MAX_BAKED_BYTES,
    kvBytes = DEFAULT_KV_BYTES,
    pause = spinMicrotasks,
    precision = 'fp32',
    quantiser = REFERENCE_QUANTISER,
    logitsKernel = REFERENCE_LOGITS_KERNEL,
    int8Largest = async () => INT8_LARGEST,
  } = options;
  const maxContext = Math.min(options.maxContext ?? config.maxPositions, config.maxPositions);
  const layout = kvLayoutOf(config);
  const decoder = new Decoder({
    config,
    parameters,
    executor,
    maxContext,
    maxBakedBytes,
    precision,
    quantiser,
    int8Largest,
    logits: logitsKernel.allocate(maxBatch * config.vocabSize),
  });
  const limits = { maxContext, vocabSize: config.vocabSize, logitsKernel };
  const watches = createStopWatchFactory(tokenizer);
  const scheduler = new Scheduler({
    decoder,
    rows: new KvRows(layout),
    trie: new PrefixTrie(layout),
    vocabSize: config.vocabSize,
    maxRows: maxBatch,
    maxContext,
    kvBytes,
    weightsVersion: () => parameters.version,
    pause,
  });
  return {
    maxContext,
    async generate(request) {
      const watch = watches.create(request.stopIds, request.stopTexts ?? []);
      const sequence = new Sequence(request, watch, limits);
      return sequence.isFinished ? sequence.result() : scheduler.submit(sequence);
    },
    clearCache: () => scheduler.clearCache(),
    get stats() {
      return scheduler.stats;
    },
    async dispose() {
      await scheduler.dispose();
      await decoder.dispose();
    },
  };
}

async function spinMicrotasks(): Promise<void> {
  for (let turn = 0; turn < PAUSE_TURNS; turn++) await undefined;
}
