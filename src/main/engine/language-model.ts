import { createGenerator } from '@core/generation/generate';
import type { Generator } from '@core/generation/generator';
import type { JsonRecord } from '@core/formats/json';
import { listParameters } from '@core/models/decoder/parameters';
import type { DecodePrecision } from '@core/models/decode-precision';
import { DeviceWeights } from '@core/models/device-weights';
import type { ModelConfig } from '@core/models/model-config';
import type { CancelToken, GraphExecutor } from '@core/ports';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { Precision } from '@core/train/precision';
import { createTrainer, type Trainer, type TrainerOptions } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import type { ModelSource } from './files/model-source';
import { openModel } from './files/open-model';
import { chooseKvBytes } from './kv-budget';
import { createWasmLogitsKernel } from './logits-wasm';
import { createWasmQuantiser } from './quantise-wasm';
import { createWasmInt8Quantiser } from './int8-matrix-wasm';
import { probeInt8Range } from './int8-range';
import type { ModelToWrite } from './files/write-model-folder';
import { WeightStore } from './weight-store';

export interface OpenLanguageModelOptions {
  readonly executor: GraphExecutor;
  readonly cancel?: CancelToken;
  readonly onProgress?: (loadedParameters: number, allParameters: number) => void;
  /** Give the model a head that judges, of zeros, where it has none. */
  readonly withValueHead?: boolean;
}

export interface GeneratorSettings {
  readonly maxBatch?: number;
  readonly kvBytes?: number;
  readonly maxContext?: number;
  /** Weights up to this size are compiled into the graphs. */
  readonly maxBakedBytes?: number;
  /** fp32 unless told. */
  readonly precision?: DecodePrecision;
}

export type TrainerSettings = Pick<
  TrainerOptions,
  'mode' | 'checkpointing' | 'maxTokensPerMicroBatch' | 'packing' | 'moments' | 'averageDecay'
> & {
  /** Default `fp32`. */
  readonly precision?: Precision;
};

/**
 * A model in memory: its weights once, shared by whatever generates and whatever trains. A training step is seen by the next generated token;
 * nothing is copied or reloaded.
 */
export interface LanguageModel {
  readonly config: ModelConfig;
  readonly rawConfig: JsonRecord;
  readonly generationConfig: JsonRecord | null;
  readonly tokenizer: Tokenizer;
  readonly parameters: WeightStore;
  createGenerator(settings?: GeneratorSettings): Generator;
  createTrainer(settings: TrainerSettings): Promise<Trainer>;
  /** What `writeModelFolder` needs, with the weights as they are now, wherever they were trained. */
  toWrite(): Promise<ModelToWrite>;
  /** Gives back what the model holds on a device. */
  dispose(): void;
}

/** Opens a model folder or GGUF file and loads its weights. @throws WorkbenchError as `openModel` and `ModelSource.loadInto` */
export async function openLanguageModel(path: string, options: OpenLanguageModelOptions): Promise<LanguageModel> {
  const source = await openModel(path);
  const model = describeModel(source, options.executor, options.withValueHead);
  await loadWeights(source, model, options);
  return model;
}

/** A model and what writes with it. */
export interface OpenedGenerator {
  readonly model: LanguageModel;
  readonly generator: Generator;
}

/**
 * Opens a model in order to write with it: graphs are compiled while weights are read, so that the first token comes sooner.
 * @throws WorkbenchError as `openLanguageModel`
 */
export async function openGenerator(
  path: string,
  options: OpenLanguageModelOptions,
  settings: GeneratorSettings = {},
): Promise<OpenedGenerator> {
  const source = await openModel(path);
  const model = describeModel(source, options.executor);
  const generator = model.createGenerator(settings);
  // Both have ended before either's failure is told: nothing writes to memory that was given back.
  const outcomes = await Promise.allSettled([loadWeights(source, model, options), generator.prepare()]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (!failed) return { model, generator };
  await generator.dispose();
  model.dispose();
  throw failed.reason;
}

/** The model before its weights are there: zeros. */
function describeModel(source: ModelSource, executor: GraphExecutor, withValueHead = false): LanguageModel {
  const { rawConfig, generationConfig, tokenizer } = source;
  const config = withValueHead ? { ...source.config, hasValueHead: true } : source.config;
  const parameters = new WeightStore(listParameters(config));
  const { device } = executor;
  const deviceWeights = device ? new DeviceWeights(device, parameters) : null;
  const shared = { config, parameters, executor, ...(deviceWeights && { deviceWeights }) };
  const asRead = parameters.version;
  return {
    config,
    rawConfig,
    generationConfig,
    tokenizer,
    parameters,
    // Waiting for a macrotask lets every coroutine that waits for a finished text ask for its next one before the step.
    createGenerator: (settings = {}) =>
      createGenerator({
        ...shared,
        tokenizer,
        pause: untilNextTurn,
        kvBytes: device ? DEVICE_KV_BYTES : chooseKvBytes(weightBytes(parameters)),
        quantiser: createWasmQuantiser(),
        logitsKernel: createWasmLogitsKernel(),
        int8Largest: () => probeInt8Range(executor),
        ...settings,
      }),
    createTrainer: async ({ precision = 'fp32', ...settings }) =>
      createTrainer({
        ...shared,
        kernel: createWasmAdamW(),
        ...(source.reread && parameters.version === asRead && { readWeight: source.reread }),
        ...(precision === 'int8' && { quantiser: createWasmInt8Quantiser(await probeInt8Range(executor)) }),
        ...settings,
      }),
    toWrite: async () => {
      await deviceWeights?.toHost();
      return { config, rawConfig, generationConfig, tokenizer, weights: parameters };
    },
    dispose: () => deviceWeights?.dispose(),
  };
}

async function loadWeights(
  source: ModelSource,
  { parameters }: LanguageModel,
  { cancel, onProgress }: OpenLanguageModelOptions,
): Promise<void> {
  await source.loadInto((name) => parameters.get(name).data, {
    ...(cancel && { cancel }),
    ...(onProgress && { onProgress }),
  });
}

/** A device does not tell how much memory it has. */
const DEVICE_KV_BYTES = 2 ** 29;

function weightBytes(parameters: WeightStore): number {
  return parameters.names.reduce((sum, name) => sum + parameters.get(name).data.byteLength, 0);
}

function untilNextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
