import { z } from 'zod';
import { field } from '../fields';
import { DECAY_GROUPS } from './decay-groups';
import { guardFields } from './guard/guard-config';
import { MOMENT_CHOICES } from './moments';
import { CHECKPOINTING_CHOICES } from './memory-choices';
import { learningFields } from './learning-fields';
import { machineFields } from '../machine-fields';

export const SCHEDULE_KINDS = ['constant', 'linear', 'cosine'] as const;

/** Fields that SFT and RL share: what of the model learns, how fast, and what fits into memory. Spread into both schemas. */
export const tuningFields = {
  ...learningFields,
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
  decayOf: z
    .enum(DECAY_GROUPS)
    .default('matrices')
    .meta(
      field({
        label: 'Decay pulls on',
        help: 'All weights, matrices alone (no norms and biases), or matrices without the embeddings.',
        paper: 'matrices',
        advanced: true,
      }),
    ),
  microBatchTokens: z
    .int()
    .min(64)
    .max(1_000_000)
    .nullable()
    .default(null)
    .meta(
      field({
        label: 'Tokens per pass',
        help: 'A batch is cut into passes of at most this many tokens, padding included. Empty: as many as the free memory allows.',
        unit: 'tokens',
        advanced: true,
      }),
    ),
  checkpointing: z
    .enum(CHECKPOINTING_CHOICES)
    .default('auto')
    .meta(
      field({
        label: 'Recompute blocks',
        help: 'Keeping less of the forward pass takes about half the memory and a fifth more time. Auto: only where the free memory asks for it.',
        advanced: true,
      }),
    ),
  moments: z
    .enum(MOMENT_CHOICES)
    .default('float32')
    .meta(
      field({
        label: 'Optimiser’s memory',
        help: 'One byte a value instead of four makes the optimiser’s share of the memory a quarter as large, for a loss on rows held out that was 1 to 4 % higher in three trials from fresh weights.',
        advanced: true,
      }),
    ),
  averageDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0)
    .meta(
      field({
        label: 'Average the weights',
        help: 'Decay of a running average of the weights (EMA), say 0.99; four more bytes for each weight that learns. 0 keeps none.',
        advanced: true,
      }),
    ),
  writeAverage: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'The checkpoint is the average',
        help: 'Where an average is kept: write it instead of the last weights.',
        advanced: true,
      }),
    ),
  packing: z
    .boolean()
    .default(false)
    .meta(
      field({
        label: 'Short examples share lines',
        help: 'Fills the room behind shorter sequences with further ones that they do not see. The same numbers, less padding.',
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
  ...guardFields,
  ...machineFields,
};
