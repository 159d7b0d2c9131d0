import { oc } from '@orpc/contract';
import { z } from 'zod';
import { CheckpointId, EvaluationId, ProjectId, QuestionSetId, RunId } from './ids';

/** A share in [0, 1] with its 95 % Wilson interval and the count behind it. */
export const Proportion = z.object({ value: z.number(), low: z.number(), high: z.number(), count: z.number().int() });
export type Proportion = z.infer<typeof Proportion>;

export const EvaluationMode = z.enum(['greedy', 'search', 'samples']);

/**
 * Accuracy against budget, for evaluations with several answers to each question: stored as the run's metrics (`runs.metrics`), one step for
 * each budget 1, 2, 4, … up to the one asked for. Series are shares of the questions in [0, 1], but for `tokensPerAnswer`: tokens written
 * for a question by then. `coverage`: any answer right; the others are the choices of `core/eval/choices.ts`, the last two only with a
 * process reward model.
 */
export const CURVE_METRICS = [
  'tokensPerAnswer',
  'coverage',
  'vote',
  'weighted-vote',
  'most-confident',
  'best-process',
  'process-vote',
] as const;

export const Evaluation = z.object({
  id: EvaluationId,
  projectId: ProjectId,
  runId: RunId,
  checkpointId: CheckpointId,
  checkpointName: z.string(),
  questionSetId: QuestionSetId,
  questionSetName: z.string(),
  /** `greedy` writes one answer; `search` grows a tree and chooses among its leaves; `samples` writes several and chooses. */
  mode: EvaluationMode,
  /** Cue put after the question; empty when the model is asked as trained. */
  plainPrompt: z.string(),
  accuracy: Proportion,
  /** Only with several answers: any of them right, and the chosen one right. */
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
