import { z } from 'zod';
import { field } from '../../fields';
import { SftConfigSchema } from '../sft-config';

export const STEP_LABELS = ['soft', 'hard'] as const;
export const JUDGE_BASES = ['state', 'surprise'] as const;

const { learningRate, epochs, batchSize, weightDecay, validationShare } = SftConfigSchema.shape;

/** A field of fine-tuning with another default; its words stay. */
function withDefault<T extends z.ZodType>(schema: z.ZodDefault<T>, value: z.util.NoUndefined<z.output<T>>) {
  return schema
    .unwrap()
    .default(value)
    .meta(schema.meta() ?? {});
}

/** Settings of the stage `prm`: a model learns to judge steps. */
export const PrmConfigSchema = z.object({
  labels: z
    .enum(STEP_LABELS)
    .default('soft')
    .meta(
      field({
        label: 'What a step is worth',
        help: 'Soft: the share of right answers among the walks that went through it. Hard: whether any of them came to a right answer.',
        paper: 'hard, in Math-Shepherd',
      }),
    ),
  basis: z
    .enum(JUDGE_BASES)
    .default('state')
    .meta(
      field({
        label: 'What the judge goes by',
        help: 'State: what a new head reads from the model’s state at the end of a step, while the model learns to judge. Surprise: the model stays as it is; the head, and how probable the model finds the words of the steps, together say how good they are. Better for small models.',
        paper: 'state',
      }),
    ),
  stepsFile: z
    .string()
    .default('')
    .meta(
      field({
        label: 'More judged steps',
        help: 'Path of a JSONL file of Math-Shepherd, PRM800K or PRMBench to learn from beside the trees; empty for none.',
        advanced: true,
      }),
    ),
  testFile: z
    .string()
    .default('')
    .meta(
      field({
        label: 'Judged steps to measure on',
        help: 'Path of such a file that is never learned from; its ROC and calibration stand beside those of the held-out trees.',
        advanced: true,
      }),
    ),
  headRate: z
    .number()
    .min(0.1)
    .max(1000)
    .default(10)
    .meta(
      field({
        label: 'Rate of the new head',
        help: 'The head that judges starts from nothing and learns this much faster.',
        unit: '× rate',
        advanced: true,
      }),
    ),
  ...SftConfigSchema.omit({ form: true, loraDropout: true, precision: true, newRowRate: true, newRowUpdates: true })
    .shape,
  learningRate: withDefault(learningRate, 1e-4),
  epochs: withDefault(epochs, 2),
  batchSize: withDefault(batchSize, 32),
  weightDecay: withDefault(weightDecay, 0.01),
  validationShare: withDefault(validationShare, 0.1),
});

export type PrmConfig = z.infer<typeof PrmConfigSchema>;
