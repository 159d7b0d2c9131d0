import { z } from 'zod';

/** What the two rows of a token begin as. */
export const RowStartSchema = z.discriminatedUnion('kind', [
  /** Mean of the pieces of the tag. */
  z.object({ kind: z.literal('spelling') }),
  /** Mean of the pieces of a text; of the token's meaning where the text is empty. */
  z.object({ kind: z.literal('description'), text: z.string().max(400).default('') }),
  /** Mean of the pieces of the prompt set's cue for the token's role. */
  z.object({ kind: z.literal('cue') }),
  /** Mean of the whole vocabulary. */
  z.object({ kind: z.literal('mean') }),
  /** Copy of one token that the vocabulary has. */
  z.object({ kind: z.literal('copy'), of: z.string().min(1).max(40) }),
  /** Normal noise, as long as a row is on average. */
  z.object({ kind: z.literal('noise') }),
]);
export type RowStart = z.infer<typeof RowStartSchema>;

/** Ways for a row to begin, in the order in which they are offered. */
export const ROW_START_KINDS = [
  'spelling',
  'description',
  'cue',
  'mean',
  'copy',
  'noise',
] as const satisfies readonly RowStart['kind'][];
