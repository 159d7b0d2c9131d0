import type { ModelConfig } from '@core/models/model-config';
import { TINY_CONFIG } from './tiny-model';

/** One measurement of memory: a model, and what is done with it. */
export interface MemoryPoint {
  readonly model: keyof typeof SHAPES;
  readonly work: TrainingWork | DecodingWork;
}

export interface TrainingWork {
  readonly kind: 'train';
  readonly method: 'full' | 'lora';
  readonly checkpointing: boolean;
  /** Tokens of each row. */
  readonly length: number;
  readonly microBatchTokens: number;
  readonly moments?: 'float32' | 'int8';
  readonly averageDecay?: number;
}

export interface DecodingWork {
  readonly kind: 'decode';
  readonly rows: number;
  readonly prompt: number;
  readonly newTokens: number;
}

export const LORA_RANK = 16;
export const LEARNING_ROWS = [1, 2, 3, 4];

const shape = (part: Partial<ModelConfig>): ModelConfig => ({ ...TINY_CONFIG, maxPositions: 2048, ...part });

/** Small and larger, tied and not, with grouped queries and without, with a small vocabulary and a large one. */
export const SHAPES = {
  '1M': shape({
    hiddenSize: 128,
    numLayers: 4,
    numHeads: 4,
    numKvHeads: 2,
    headDim: 32,
    intermediateSize: 384,
    vocabSize: 512,
  }),
  '9M': shape({
    hiddenSize: 256,
    numLayers: 8,
    numHeads: 4,
    numKvHeads: 4,
    headDim: 64,
    intermediateSize: 768,
    vocabSize: 8192,
  }),
  '33M untied': shape({
    hiddenSize: 384,
    numLayers: 6,
    numHeads: 6,
    numKvHeads: 2,
    headDim: 64,
    intermediateSize: 1024,
    vocabSize: 32_000,
    tieWordEmbeddings: false,
    qkvBias: true,
  }),
  '57M': shape({
    hiddenSize: 576,
    numLayers: 12,
    numHeads: 9,
    numKvHeads: 3,
    headDim: 64,
    intermediateSize: 1536,
    vocabSize: 24_576,
    qkNorm: true,
  }),
} as const satisfies Record<string, ModelConfig>;

const train = (
  model: MemoryPoint['model'],
  method: TrainingWork['method'],
  checkpointing: boolean,
  length: number,
  microBatchTokens: number,
  more: Pick<TrainingWork, 'moments' | 'averageDecay'> = {},
): MemoryPoint => ({ model, work: { kind: 'train', method, checkpointing, length, microBatchTokens, ...more } });

const decode = (model: MemoryPoint['model'], rows: number, prompt: number, newTokens: number): MemoryPoint => ({
  model,
  work: { kind: 'decode', rows, prompt, newTokens },
});

/** Models × {full, LoRA} × {kept, recomputed} × {length of rows, tokens at once}, and decoding at several widths. */
export const MEMORY_GRID: readonly MemoryPoint[] = [
  train('1M', 'full', false, 256, 2048),
  train('1M', 'full', true, 512, 4096),
  train('1M', 'lora', false, 96, 4096),
  train('1M', 'lora', true, 256, 8192),
  train('9M', 'full', false, 256, 1024),
  train('9M', 'full', true, 256, 1024),
  train('9M', 'full', false, 96, 512),
  train('9M', 'full', true, 1024, 2048),
  train('9M', 'lora', false, 512, 1024),
  train('9M', 'lora', true, 256, 2048),
  train('9M', 'full', false, 256, 1024, { moments: 'int8', averageDecay: 0.99 }),
  train('33M untied', 'full', false, 256, 512),
  train('33M untied', 'full', true, 256, 1024),
  train('33M untied', 'lora', false, 96, 768),
  train('33M untied', 'lora', true, 512, 1024),
  train('57M', 'full', false, 256, 512),
  train('57M', 'full', true, 256, 1024),
  train('57M', 'lora', false, 256, 512),
  train('57M', 'lora', true, 256, 1024),
  decode('1M', 32, 64, 32),
  decode('9M', 1, 64, 32),
  decode('9M', 32, 128, 32),
  decode('33M untied', 8, 64, 32),
  decode('33M untied', 32, 64, 32),
  decode('57M', 4, 256, 16),
  decode('57M', 32, 64, 16),
];
