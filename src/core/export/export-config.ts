import { z } from 'zod';
import { field } from '../fields';

export const EXPORT_FORMS = ['merged', 'adapter'] as const;
export const EXPORT_DTYPES = ['F32', 'F16', 'BF16'] as const;

/** Settings of the stage `export`: a checkpoint becomes a folder that other programs load. */
export const ExportConfigSchema = z.object({
  form: z
    .enum(EXPORT_FORMS)
    .default('merged')
    .meta(
      field({
        label: 'Form',
        help: 'Merged: a whole model. Adapter: only what LoRA added, to be laid over the base model.',
      }),
    ),
  dtype: z
    .enum(EXPORT_DTYPES)
    .default('F32')
    .meta(field({ label: 'Number format', help: 'F32 keeps every bit; the others halve the size.' })),
  maxShardBytes: z
    .int()
    .min(1_000_000)
    .default(5_000_000_000)
    .meta(
      field({
        label: 'Largest file',
        help: 'Weights are spread over several files beyond this size.',
        unit: 'bytes',
        advanced: true,
      }),
    ),
  modelCard: z
    .boolean()
    .default(true)
    .meta(field({ label: 'Write a model card', help: 'README.md with the lineage, the settings and the results.' })),
});

export type ExportConfig = z.infer<typeof ExportConfigSchema>;
