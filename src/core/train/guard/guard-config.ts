import { z } from 'zod';
import { field } from '../../fields';

/** What happens when the figures of a training go wrong. */
export const COLLAPSE_ANSWERS = ['tell', 'pause', 'ignore'] as const;

/** Settings of the guard; spread into the schemas of the stages that train. */
export const guardFields = {
  onCollapse: z
    .enum(COLLAPSE_ANSWERS)
    .default('tell')
    .meta(
      field({
        label: 'When the training goes wrong',
        help: 'The figures are watched for what a collapse looks like: one token taking over, running away from the start, paths without signal, figures that are no numbers.',
        advanced: true,
      }),
    ),
  keepBest: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Keep the best on the way',
        help: 'Writes a checkpoint whenever the held-out measurement is better than before, in place of the last such one: what a run can be rolled back to.',
        advanced: true,
      }),
    ),
};

export type GuardConfig = { readonly [Name in keyof typeof guardFields]: z.infer<(typeof guardFields)[Name]> };
