import { z } from 'zod';

/**
 * What jobs are made of, as far as a dry step can time it. Each has its own unit: a walk of a search, an answer, one of several tries at an
 * answer, an explored path, a row trained on, a row only read, a step of the optimiser, a state saved.
 */
export const DRY_PARTS = ['walks', 'answers', 'tries', 'paths', 'trainRows', 'readRows', 'updates', 'saves'] as const;
export const DryPartName = z.enum(DRY_PARTS);
export type DryPartName = z.infer<typeof DryPartName>;

export const DryPart = z.object({
  name: DryPartName,
  /** How much of it was done; a text that was cut off by the clock counts in part. */
  amount: z.number().positive(),
  seconds: z.number().min(0),
  /** Relative standard deviation of seconds per unit, as far as so little work can tell. */
  deviation: z.number().min(0),
});
export type DryPart = z.infer<typeof DryPart>;

/** What an engine process found while it did a little of a job. */
export const DryMeasure = z.object({
  /** Starting, reading weights, compiling: what every run of this job begins with. */
  openSeconds: z.number().min(0),
  parts: z.array(DryPart),
  /** The most memory that the process was seen with. */
  memoryBytes: z.number().min(0),
  /** What a saved state of the training takes on disk; 0 where none is saved. */
  stateBytes: z.number().min(0),
  /** Responses to learn from that a tree gives on average; null where trees are not learned from. */
  responsesPerTree: z.number().min(0).nullable(),
  /** What the host would write for the whole job to read, reckoned from the part that it wrote for the dry step. */
  inputBytes: z.number().min(0).default(0),
  /** Of the whole dry step. */
  seconds: z.number().min(0),
});
export type DryMeasure = z.infer<typeof DryMeasure>;

export const DRY_PHASES = ['opening', 'writing', 'training', 'reading', 'saving'] as const;
export const DryPhase = z.enum(DRY_PHASES);
export type DryPhase = z.infer<typeof DryPhase>;

/** What a window hears while a dry step runs. */
export const DryStepEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), phase: DryPhase }),
  /** It is kept; whoever estimates this job now goes by it. */
  z.object({ type: z.literal('measured'), seconds: z.number() }),
]);
export type DryStepEvent = z.infer<typeof DryStepEvent>;
