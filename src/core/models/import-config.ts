import { z } from 'zod';

/** Settings of an import. */
export const ImportConfigSchema = z.object({
  /** Keep an adapter beside the model that it was merged into, so that it can be exported alone. */
  keepAdapter: z.boolean().default(true),
});
export type ImportConfig = z.infer<typeof ImportConfigSchema>;
