import { z } from 'zod';
import { field } from '../fields';
import { PRECISIONS } from './precision';
import { SCHEDULE_KINDS, tuningFields } from './tuning-config';

export const GROUPINGS = ['random', 'by-length'] as const;
export const RESPONSE_FORMS = ['tagged', 'plain'] as const;

/** Settings of the stage `sft`: supervised fine-tuning on the response part of the examples. */
export const SftConfigSchema = z.object({
  ...tuningFields,
  form: z
    .enum(RESPONSE_FORMS)
    .default('tagged')
    .meta(
      field({
        label: 'Form of the response',
        help: 'Tagged: each step within its functional token. Plain: the texts alone, line by line, for comparison; any model can learn it.',
        paper: 'tagged',
        advanced: true,
      }),
    ),
  loraDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .meta(
      field({
        label: 'LoRA dropout',
        when: { method: ['lora'] },
        help: 'Share of each adapter’s inputs left out in every update; some helps against learning few examples by heart, and costs time.',
        advanced: true,
      }),
    ),
  precision: z
    .enum(PRECISIONS)
    .default('fp32')
    .meta(
      field({
        label: 'Precision of training',
        help: 'int8 computes the products of the linear layers in 8 bits, forward and for the gradients by their inputs; what learns stays float32. Takes two more bytes a weight. LoRA’s loss stayed within 1 % of float32’s over 200 updates, on two seeds; full training was not compared throughout.',
        advanced: true,
      }),
    ),
  learningRate: z
    .number()
    .min(1e-9)
    .max(1)
    .default(5e-5)
    .meta(
      field({
        label: 'Learning rate',
        help: 'Step size. Large models want less (7e-6 at 7B), tiny ones more (5e-4 at 2M), LoRA about 2e-4.',
        paper: '7e-6',
      }),
    ),
  schedule: z
    .enum(SCHEDULE_KINDS)
    .default('cosine')
    .meta(
      field({ label: 'Rate over time', help: 'How the learning rate falls after the warm-up.', paper: 'constant' }),
    ),
  finalRateShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta(field({ label: 'Rate at the end', help: 'As a share of the full rate.', unit: '× rate', advanced: true })),
  warmupUpdates: z
    .int()
    .min(0)
    .max(10_000)
    .default(10)
    .meta(
      field({
        label: 'Warm-up',
        help: 'Updates over which the rate rises from zero; at most a fifth of all.',
        unit: 'updates',
        paper: '10',
        advanced: true,
      }),
    ),
  warmupShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta(
      field({
        label: 'Warm-up as a share',
        help: 'Of all updates; the longer of the two warm-ups counts.',
        unit: 'of the updates',
        advanced: true,
      }),
    ),
  epochs: z
    .number()
    .min(0.01)
    .max(1000)
    .default(5)
    .meta(
      field({
        label: 'Passes over the examples',
        help: 'More learn the form better and repeat the content more.',
        paper: '10',
      }),
    ),
  minUpdates: z
    .int()
    .min(0)
    .default(0)
    .meta(
      field({
        label: 'At least',
        help: 'Adds passes until this many updates are made: fewer than about 120 are too few to learn the tokens in a tiny model.',
        unit: 'updates',
        advanced: true,
      }),
    ),
  maxUpdates: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .meta(field({ label: 'At most', help: 'Stops there, whatever the passes say.', unit: 'updates', advanced: true })),
  batchSize: z
    .int()
    .min(1)
    .max(4096)
    .default(32)
    .meta(
      field({
        label: 'Examples per update',
        help: 'Larger is steadier, and makes fewer updates of the same data.',
        unit: 'examples',
        paper: '128',
      }),
    ),
  grouping: z
    .enum(GROUPINGS)
    .default('random')
    .meta(
      field({
        label: 'Lengths in an update',
        help: 'Random, or of similar length, which pads less; which lengths come when stays random.',
        advanced: true,
      }),
    ),
  maxTokens: z
    .int()
    .min(32)
    .max(131072)
    .default(1024)
    .meta(
      field({
        label: 'Longest example',
        help: 'Longer ones are left out and counted.',
        unit: 'tokens',
        paper: '8,192',
      }),
    ),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta(field({ label: 'Weight decay', help: 'Pull towards zero on matrices.', paper: '0.1', advanced: true })),
  newRowRate: z
    .number()
    .min(0.1)
    .max(100)
    .default(5)
    .meta(
      field({
        label: 'Rate of the new rows',
        help: 'The rows of the functional tokens learn this much faster at the start.',
        unit: '× rate',
        paper: '1',
        advanced: true,
      }),
    ),
  newRowUpdates: z
    .int()
    .min(0)
    .max(100_000)
    .default(20)
    .meta(
      field({
        label: 'New rows faster for',
        help: 'Afterwards they learn like the rest.',
        unit: 'updates',
        advanced: true,
      }),
    ),
  validationShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .meta(
      field({
        label: 'Held out',
        help: 'Share of the questions whose examples only measure.',
        unit: 'of the questions',
      }),
    ),
  validateEvery: z
    .int()
    .min(1)
    .default(20)
    .meta(
      field({
        label: 'Measure every',
        help: 'Loss on the held-out examples, functional tokens apart.',
        unit: 'updates',
        advanced: true,
      }),
    ),
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'Order of the examples.', advanced: true })),
});

export type SftConfig = z.infer<typeof SftConfigSchema>;
