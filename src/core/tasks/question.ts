import { z } from 'zod';

/** One question with the answer that counts as right. */
export const QuestionSchema = z.object({
  /** Stable within its set. */
  id: z.string().min(1),
  /** What the model is asked, as a person would write it. */
  prompt: z.string().min(1),
  /** The right answer: a number, an expression, or a text that ends in `\boxed{…}` or `#### …`. */
  referenceAnswer: z.string().min(1),
  /** Where it came from: name of the set or file. */
  source: z.string(),
});

export type Question = z.infer<typeof QuestionSchema>;
