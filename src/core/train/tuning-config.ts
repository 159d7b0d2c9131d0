import { z } from 'zod';
import { field } from '../fields';

export const TUNING_METHODS = ['full', 'lora'] as const;
export const SCHEDULE_KINDS = ['constant', 'linear', 'cosine'] as const;

/** Fields that SFT and RL share: what of the model learns, how fast, and what fits into memory. Spread into both schemas. */
export const tuningFields = {
  method: z
    .enum(TUNING_METHODS)
    .default('full')
    .meta(
      field({
        label: 'What learns',
        help: 'Full: every weight, best for small models. LoRA: small added matrices and the new token rows, for larger ones.',
        paper: 'full',
      }),
    ),
  loraRank: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .meta(field({ label: 'LoRA rank', help: 'Width of the added matrices.', advanced: true })),
  loraAlpha: z
    .number()
    .min(0.1)
    .max(1024)
    .default(32)
    .meta(field({ label: 'LoRA alpha', help: 'Strength; divided by the rank.', advanced: true })),
  beta1: z
    .number()
    .min(0)
    .max(0.9999)
    .default(0.9)
    .meta(field({ label: 'Adam β₁', help: 'Memory of the direction.', paper: '0.9', advanced: true })),
  beta2: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.95)
    .meta(field({ label: 'Adam β₂', help: 'Memory of the size.', paper: '0.95', advanced: true })),
  clipNorm: z
    .number()
    .min(0.01)
    .max(1000)
    .default(1)
    .meta(
      field({
        label: 'Gradient limit',
        help: 'A larger gradient is scaled down to this length.',
        paper: '1',
        advanced: true,
      }),
    ),
  microBatchTokens: z
    .int()
    .min(64)
    .max(1_000_000)
    .default(1536)
    .meta(
      field({
        label: 'Tokens per pass',
        help: 'A batch is cut into passes of at most this many tokens, padding included. Less takes less memory.',
        unit: 'tokens',
        advanced: true,
      }),
    ),
  checkpointEvery: z
    .int()
    .min(1)
    .default(20)
    .meta(
      field({
        label: 'Save every',
        help: 'A killed run goes on from the last save.',
        unit: 'updates',
        paper: '40',
        advanced: true,
      }),
    ),
};
