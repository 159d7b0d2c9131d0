import { oc } from '@orpc/contract';
import { z } from 'zod';
import { CheckpointId, EvaluationId, ProjectId, QuestionSetId, RunId } from './ids';

/** A share in [0, 1] with its 95 % Wilson interval and the count behind it. */
export const Proportion = z.object({ value: z.number(), low: z.number(), high: z.number(), count: z.number().int() });
export type Proportion = z.infer<typeof Proportion>;

export const Evaluation = z.object({
  id: EvaluationId,
  projectId: ProjectId,
  runId: RunId,
  checkpointId: CheckpointId,
  checkpointName: z.string(),
  questionSetId: QuestionSetId,
  questionSetName: z.string(),
  /** `greedy` writes one answer; `search` grows a tree and takes a vote. */
  mode: z.enum(['greedy', 'search']),
  /** Cue put after the question; empty when the model is asked as trained. */
  plainPrompt: z.string(),
  accuracy: Proportion,
  /** Only with search: any leaf right, and majority over leaves. */
  coverage: Proportion.nullable(),
  vote: Proportion.nullable(),
  budget: z.number().int(),
  tokensPerAnswer: z.number(),
  seconds: z.number(),
  createdAtMs: z.number(),
});
export type Evaluation = z.infer<typeof Evaluation>;

export const EvaluationItem = z.object({
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  response: z.string(),
  answer: z.string().nullable(),
  isRight: z.boolean(),
  /** Why the checker calls the two answers equal or not, e.g. "equal as numbers". */
  why: z.string(),
  tokens: z.number().int(),
});
export type EvaluationItem = z.infer<typeof EvaluationItem>;

/** Two evaluations on the questions they share. `difference` is second minus first, in fractions of 1. */
export const Comparison = z.object({
  first: Evaluation,
  second: Evaluation,
  sharedQuestions: z.number().int(),
  firstAccuracy: Proportion,
  secondAccuracy: Proportion,
  difference: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  /** Exact McNemar test, two-sided. */
  pValue: z.number(),
  won: z.number().int(),
  lost: z.number().int(),
  /** One plain sentence. */
  verdict: z.string(),
  flips: z.array(
    z.object({
      questionId: z.string(),
      prompt: z.string(),
      referenceAnswer: z.string(),
      first: EvaluationItem,
      second: EvaluationItem,
    }),
  ),
});
export type Comparison = z.infer<typeof Comparison>;

export const evaluationsContract = {
  list: oc.input(z.object({ projectId: ProjectId })).output(z.array(Evaluation)),
  items: oc
    .input(
      z.object({
        id: EvaluationId,
        filter: z.enum(['all', 'right', 'wrong']).default('all'),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .output(z.object({ total: z.number().int(), items: z.array(EvaluationItem) })),
  compare: oc.input(z.object({ first: EvaluationId, second: EvaluationId })).output(Comparison),
};
