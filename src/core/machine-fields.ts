import { z } from 'zod';
import { field } from './fields';

/** What a single job may say about the machine; spread into the schema of each stage that computes. */
export const machineFields = {
  threads: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .default(null)
    .meta(
      field({
        label: 'Threads',
        help: 'How many this run computes with; empty for what the settings page says.',
        unit: 'threads',
        advanced: true,
      }),
    ),
};
