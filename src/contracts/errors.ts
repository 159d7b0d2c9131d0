import { z } from 'zod';
import { ERROR_KINDS } from '@core/errors';

const Facts = z.object({
  code: z.string(),
  where: z.string().optional(),
  kept: z.string().optional(),
  wayOut: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** The envelope in which an error crosses a process or is stored with a run; rebuilt by `fromEnvelope` of core. */
export const ErrorEnvelope = z.object({
  kind: z.enum(ERROR_KINDS),
  message: z.string(),
  facts: Facts,
  technical: z.string().optional(),
});
export type ErrorEnvelope = z.infer<typeof ErrorEnvelope>;
