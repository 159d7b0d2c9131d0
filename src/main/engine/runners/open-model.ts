import type { ModelRef } from '@contracts/engine-protocol';
import { WorkbenchError } from '@core/errors';
import type { Generator, TokenConstraint } from '@core/generation/generator';
import type { DecodePrecision } from '@core/models/decode-precision';
import type { CancelToken, GraphExecutor } from '@core/ports';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { createGrammarConstraint } from '@core/tokens/constraint';
import type { FunctionalTokenName } from '@core/tokens/functional-tokens';
import { createGrammar } from '@core/tokens/grammar';
import { functionalTokenIds, hasFunctionalTokens, tokenSetOf, type FunctionalTokenIds } from '@core/tokens/token-ids';
import type { JobContext } from '../job-context';
import { openGenerator, type GeneratorSettings, type LanguageModel } from '../language-model';
import { openJobExecutor, type JobExecutor } from './open-executor';

/** A model as a runner works with it: opened, ready to generate, with what its tokens mean. */
export interface JobModel {
  readonly language: LanguageModel;
  /** What it runs on; for whatever else the job opens beside it. */
  readonly executor: GraphExecutor;
  readonly origin: ModelRef;
  readonly tokenizer: Tokenizer;
  readonly generator: Generator;
  /** Null before the stage `tokens`. */
  readonly tokens: FunctionalTokenIds | null;
  /** @throws WorkbenchError `functional-tokens-missing` */
  requireTokens(): FunctionalTokenIds;
  /** Holds one response to the grammar, without some kinds of steps; a new one for each response. */
  responseConstraint(without?: readonly FunctionalTokenName[]): TokenConstraint;
  /** What was written, functional tokens visible, without the end of sequence. */
  decodeResponse(ids: ArrayLike<number>): string;
  dispose(): Promise<void>;
}

export interface OpenJobModelOptions {
  /** Sequences that the job keeps in flight. */
  readonly maxRows: number;
  /** Longest sequence that the job makes; the model's own limit unless told. */
  readonly maxContext?: number;
  /** fp32 unless told. */
  readonly precision?: DecodePrecision;
  /** Bytes for keys and values; a share of the machine's memory unless told. */
  readonly kvBytes?: number;
}

/** More rows than this make a decoding step no faster. */
const MAX_BATCH = 64;
/** An ONNX file ends at 2 GB. */
const MAX_BAKED_BYTES = 1.5 * 2 ** 30;

/** Opens the model of a job. @throws WorkbenchError as `openModel`, and `model-missing` for a job without one */
export async function openJobModel(
  context: Pick<JobContext, 'job' | 'log' | 'cancel' | 'noteDevice'>,
  options: OpenJobModelOptions,
): Promise<JobModel> {
  const origin = context.job.model;
  if (origin === null)
    throw new WorkbenchError('internal', 'This job was started without a model.', { code: 'model-missing' });
  const model = await openModelOn(await openJobExecutor(context), origin, context.cancel, options);
  const { kvBound } = model.generator.stats;
  if (kvBound)
    context.log(
      'info',
      `Keys and values may take up to ${formatGigabytes(kvBound.bytes)}, which holds ${kvBound.tokens} tokens of this model. What does not fit is dropped, the least recently used first, and computed again when it is needed.`,
      { code: 'kv-bound', values: { bytes: kvBound.bytes, tokens: kvBound.tokens } },
    );
  return model;
}

/** Opens a model on an executor. @throws WorkbenchError as `openModel` */
export async function openModelOn(
  { executor, readsInPlace }: JobExecutor,
  origin: ModelRef,
  cancel: CancelToken,
  options: OpenJobModelOptions,
): Promise<JobModel> {
  const settings: GeneratorSettings = {
    // Two at least: see the scheduler's step.
    maxBatch: Math.max(2, Math.min(MAX_BATCH, options.maxRows)),
    ...(options.maxContext !== undefined && { maxContext: options.maxContext }),
    ...(options.kvBytes !== undefined && { kvBytes: options.kvBytes }),
    // Copying all weights for each token costs more than compiling them into the graph after each change.
    ...(!readsInPlace && { maxBakedBytes: MAX_BAKED_BYTES }),
    ...(options.precision && { precision: options.precision }),
  };
  const opening = { executor, cancel };
  const { model: language, generator } = await openGenerator(origin.path, opening, settings);
  const { tokenizer } = language;
  const tokens = hasFunctionalTokens(tokenizer) ? functionalTokenIds(tokenizer) : null;
  return {
    language,
    executor,
    origin,
    tokenizer,
    generator,
    tokens,
    requireTokens: () => tokens ?? functionalTokenIds(tokenizer),
    responseConstraint: (without = []) =>
      createGrammarConstraint(
        createGrammar({ set: tokenSetOf(tokenizer), without }),
        tokens ?? functionalTokenIds(tokenizer),
      ),
    decodeResponse: (ids) => tokenizer.decode(Array.from(ids).filter((id) => !tokenizer.eosIds.includes(id))).trim(),
    dispose: async () => {
      await generator.dispose();
      language.dispose();
    },
  };
}

function formatGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
