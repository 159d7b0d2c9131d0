import { z } from 'zod';

/** Command line of both host entries, `host.process.ts` and `local-host.ts`. */
export const HostArguments = z.object({
  /** `--data DIR`: the folder with the store and the runs. */
  data: z.string().min(1),
  /** `--resources DIR`: prompts, the embedded model, its questions. */
  resources: z.string().min(1),
  /** `--renderer DIR`: the built window; local host only. */
  renderer: z.string().min(1).optional(),
  /** `--port N`: local host only; 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65_535).default(0),
});
export type HostArguments = z.infer<typeof HostArguments>;
