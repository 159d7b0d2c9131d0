import type { DecodePrecision } from '../models/decode-precision';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import { DeviceWeights } from '../models/device-weights';
import { INT8_LARGEST, REFERENCE_QUANTISER, type Quantiser } from '../models/quantise';
import type { DeviceMemory, GraphExecutor } from '../ports';
import { rowLengthFor } from './admission';
import { Decoder, type DecoderOptions } from './decoder';
import { DeviceDecoder } from './device-decoder';
import { DeviceKvRows } from './device-kv-rows';
import type { Generator } from './generator';
import { REFERENCE_LOGITS_KERNEL, type LogitsKernel } from './logits-kernel';
import { hostSpans, KvRows, kvLayoutOf, type KvLayout, type KvSpan } from './kv-rows';
import { PrefixTrie } from './prefix-trie';
import { Scheduler, type SchedulerOptions } from './scheduler';
import { Sequence } from './sequence';
import { createStopWatchFactory, type Decoder as TextDecoder } from './stopping';

export interface GeneratorOptions {
  readonly config: ModelConfig;
  /** May change between requests; whoever writes to the weights raises the store's version. */
  readonly parameters: ParameterStore;
  readonly executor: GraphExecutor;
  /** Weights that lie on the executor's device already, shared with whoever trains there. */
  readonly deviceWeights?: DeviceWeights;
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
  const logits = logitsKernel.allocate(maxBatch * config.vocabSize);
  const sequenceLimits = { maxContext, vocabSize: config.vocabSize, logitsKernel };
  const watches = createStopWatchFactory(tokenizer);
  const limits = {
    vocabSize: config.vocabSize,
    maxRows: maxBatch,
    maxContext,
    kvBytes,
    weightsVersion: () => parameters.version,
    pause,
  };
  const { scheduler, prepare, release } = executor.device
    ? onDevice(options, executor.device, logits, layout, limits)
    : inSharedMemory(
        {
          config,
          parameters,
          executor,
          maxContext,
          maxBakedBytes,
          precision,
          quantiser,
          int8Largest,
          logits,
        },
        layout,
        limits,
      );
  return {
    prepare,
    maxContext,
    async generate(request) {
      const watch = watches.create(request.stopIds, request.stopTexts ?? []);
      const sequence = new Sequence(request, watch, sequenceLimits);
      return sequence.isFinished ? sequence.result() : scheduler.submit(sequence);
    },
    clearCache: () => scheduler.clearCache(),
    get stats() {
      return scheduler.stats;
    },
    async dispose() {
      await scheduler.dispose();
      await release();
    },
  };
}

type SchedulerLimits = Omit<SchedulerOptions<KvSpan, KvRows>, 'decoder' | 'rows' | 'trie'>;

interface Parts {
  readonly scheduler: Pick<Scheduler<KvSpan, KvRows>, 'submit' | 'clearCache' | 'stats' | 'dispose'>;
  readonly prepare: () => Promise<void>;
  readonly release: () => Promise<void>;
}

function inSharedMemory(options: DecoderOptions, layout: KvLayout, limits: SchedulerLimits): Parts {
  const decoder = new Decoder(options);
  const trie = new PrefixTrie(layout, hostSpans(layout));
  // Coarser weights differ from batch to batch by far more than rounding; a referee would decide little.
  const referee =
    options.precision === 'fp32'
      ? (ids: Int32Array) => computeAlone(decoder, layout, ids, limits.maxContext)
      : undefined;
  const scheduler = new Scheduler({
    ...{ ...limits, decoder, rows: new KvRows(layout), trie },
    // What runs beside a sequence decides how its sums are ordered; where a referee promises that nothing else does, that is too much.
    sharesBeginnings: referee === undefined && options.config.slidingWindow === null,
    ...(referee && { referee }),
  });
  return { scheduler, prepare: () => decoder.prepare(), release: () => decoder.dispose() };
}

/** Tokens that a run takes while a sequence is computed alone. */
const ALONE_WIDTH = 512;

/** Logits after ids, [V], from nothing but the ids: one row, an empty cache, pieces of fixed width. */
async function computeAlone(
  decoder: Decoder,
  layout: KvLayout,
  ids: Int32Array,
  maxContext: number,
): Promise<Float32Array> {
  const rows = new KvRows(layout);
  rows.resize(1, rowLengthFor(ids.length, maxContext), 0);
  const last = ids.length - 1;
  for (let at = 0; at < last; at += ALONE_WIDTH)
    await decoder.prefill(rows, 0, [ids.subarray(at, Math.min(at + ALONE_WIDTH, last))], [at]);
  return decoder.decode(rows, [...ids.subarray(last)], [last]);
}

function onDevice(
  { config, parameters, executor, deviceWeights }: GeneratorOptions,
  device: DeviceMemory,
  logits: Float32Array,
  layout: KvLayout,
  limits: SchedulerLimits,
): Parts {
  const weights = deviceWeights ?? new DeviceWeights(device, parameters);
  const decoder = new DeviceDecoder({ config, weights, executor, device, logits, maxContext: limits.maxContext });
  const rows = new DeviceKvRows(layout, executor, device);
  const scheduler = new Scheduler({ ...limits, decoder, rows, trie: new PrefixTrie(layout, rows) });
  return {
    scheduler,
    prepare: () => decoder.prepare(),
    release: async () => {
      scheduler.clearCache();
      await decoder.dispose();
      await rows.dispose();
      if (!deviceWeights) weights.dispose();
    },
  };
}

async function spinMicrotasks(): Promise<void> {
  for (let turn = 0; turn < PAUSE_TURNS; turn++) await undefined;
}
