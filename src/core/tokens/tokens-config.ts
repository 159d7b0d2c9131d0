import { z } from 'zod';
import { field } from '../fields';

/** A change of the loss on ordinary text beyond this says that something went wrong, nats per token (method.md 1.5). */
export const MAX_TEXT_LOSS_CHANGE = 0.01;

/** Ways to choose the first value of a new embedding row. */
export const ROW_INITIALISATIONS = ['spelling', 'description', 'cue', 'mean'] as const;

/** Settings of the stage `tokens`: the functional tokens of a set enter the vocabulary. */
export const TokensConfigSchema = z.object({
  initialisation: z
    .enum(ROW_INITIALISATIONS)
    .default('spelling')
    .meta(
      field({
        label: 'First value of the new rows',
        help: 'Mean of the pieces of the plain spelling, of the pieces of the description, of the cue that already calls up the behaviour, or of the whole vocabulary. A token may say otherwise for itself.',
        paper: 'not stated',
      }),
    ),
  promptSet: z
    .string()
    .min(1)
    .default('instruct')
    .meta(
      field({
        label: 'Prompt set with the cues',
        help: 'Where the cues come from when rows start from cues.',
        advanced: true,
      }),
    ),
  relativeNoise: z
    .number()
    .min(0)
    .max(0.1)
    .default(1e-3)
    .meta(
      field({
        label: 'Noise',
        help: 'Spread added to each new row, relative to its length, so that no two rows are equal.',
        unit: '× row length',
        advanced: true,
      }),
    ),
  padToMultiple: z
    .int()
    .min(1)
    .max(512)
    .default(64)
    .meta(
      field({
        label: 'Round rows up to',
        help: 'The embedding grows to a multiple of this number when it has to grow.',
        unit: 'rows',
        advanced: true,
      }),
    ),
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'The same seed gives the same rows.', advanced: true })),
});

export type TokensConfig = z.infer<typeof TokensConfigSchema>;
