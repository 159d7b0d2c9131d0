import { z } from 'zod';

/** Every kind of background work. The same stem names the core module, the job, its runner, its wizard and its repository. */
export const JOB_KINDS = ['import', 'tokens', 'search', 'examples', 'sft', 'prm', 'rl', 'evaluate', 'export'] as const;
export const JobKind = z.enum(JOB_KINDS);
export type JobKind = z.infer<typeof JobKind>;

/** The road of a project, in the order a person walks it; `import` and `evaluate` also happen beside it, `prm` always does. */
export const ROAD = [
  'import',
  'tokens',
  'search',
  'examples',
  'sft',
  'rl',
  'evaluate',
  'export',
] as const satisfies readonly JobKind[];
