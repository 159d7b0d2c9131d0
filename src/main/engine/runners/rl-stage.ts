import { z } from 'zod';
import type { QuestionRow } from '@contracts/questions';
import type { Question } from '@core/tasks/question';
import { GuardState, NEW_GUARD } from '@core/train/guard/guard';
import type { RlConfig } from '@core/train/rl/rl-config';
import type { Trainer } from '@core/train/trainer';
import type { JobContext } from '../job-context';
import type { HalfGrownTrees } from './half-grown-trees';
import type { Judge } from './open-judge';
import type { JobModel } from './open-model';
import type { Reference } from './reference';

/** Where a run stands; saved with the trainer. */
export const RlProgress = z.object({
  iteration: z.number().int(),
  update: z.number().int(),
  tokens: z.number(),
  paths: z.number().int(),
  /** Held-out accuracy at the start and at its best; null before it was measured. */
  firstAccuracy: z.number().nullable(),
  bestAccuracy: z.number().nullable(),
  lastAccuracy: z.number().nullable(),
  /** Iteration of the checkpoint that is kept as the best. */
  bestStep: z.number().int().nullable().default(null),
  guard: GuardState.default(NEW_GUARD),
  /** β of the next iteration; that of the settings until it was adapted. */
  klCoefficient: z.number().nullable().default(null),
  /** Iterations in a row whose answers were all cut, and the answers of these. */
  cutIterations: z.number().int().default(0),
  cutAnswers: z.number().int().default(0),
});
export type RlProgress = z.infer<typeof RlProgress>;

/** What the parts of the stage share. */
export interface RlStage {
  readonly context: JobContext<'rl'>;
  readonly config: RlConfig;
  readonly model: JobModel;
  readonly reference: Reference | null;
  readonly judge: Judge | null;
  readonly trainer: Trainer;
  readonly questions: readonly Question[];
  readonly heldOut: readonly QuestionRow[];
  /** Questions whose answers are shown on the run page as the model changes. */
  readonly watched: readonly QuestionRow[];
  readonly progress: RlProgress;
  /** Trees of the iteration under way. */
  readonly trees: HalfGrownTrees;
}
