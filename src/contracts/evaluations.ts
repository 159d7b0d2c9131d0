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
  /** With a person's corrections of the checker. */
  accuracy: Proportion,
  /** How many verdicts of the checker a person has corrected, and its accuracy without that; absent where nothing was corrected. */
  corrected: z.object({ count: z.number().int(), checker: Proportion }).optional(),
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
  /** What counts: a person's word, else the checker's. */
  isRight: z.boolean(),
  /** The verdict is a person's, and the checker said the opposite. */
  isCorrected: z.boolean().optional(),
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

/** Any number of evaluations on the questions that all of them answered; the first is what the others are held against. */
export const ManyComparison = z.object({
  sharedQuestions: z.number().int(),
  entries: z.array(
    z.object({
      evaluation: Evaluation,
      /** On the shared questions. */
      accuracy: Proportion,
      /** Seed of the training that made the checkpoint; null where there was none. */
      seed: z.number().int().nullable(),
      /** The same for evaluations that differ in nothing but seeds. */
      group: z.string(),
      /** Against the first; null for the first itself. `adjusted` is Holm's p-value over all comparisons shown. */
      against: z
        .object({
          difference: z.object({ value: z.number(), low: z.number(), high: z.number() }),
          pValue: z.number(),
          adjusted: z.number(),
          won: z.number().int(),
          lost: z.number().int(),
          verdict: z.string(),
        })
        .nullable(),
    }),
  ),
  /** Groups of two seeds and more: mean accuracy over them, with the lowest and the highest. */
  groups: z.array(
    z.object({ group: z.string(), names: z.array(z.string()), mean: z.number(), low: z.number(), high: z.number() }),
  ),
  /** Settings in which they differ, of the evaluation and of the training before it; a value for each entry, null where it has none. */
  differences: z.array(z.object({ stage: z.string(), setting: z.string(), values: z.array(z.string().nullable()) })),
  /** Shared questions on which they do not all agree, with the answer of each entry. */
  flips: z.array(
    z.object({
      questionId: z.string(),
      prompt: z.string(),
      referenceAnswer: z.string(),
      items: z.array(EvaluationItem),
    }),
  ),
  /** More than are sent. */
  flipCount: z.number().int(),
});
export type ManyComparison = z.infer<typeof ManyComparison>;

/** A person's word about an answer to a question. */
export const Correction = z.object({
  id: z.number().int(),
  questionId: z.string(),
  answer: z.string(),
  referenceAnswer: z.string(),
  isRight: z.boolean(),
  madeAtMs: z.number(),
  undoneAtMs: z.number().nullable(),
});
export type Correction = z.infer<typeof Correction>;

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
  /** @throws WorkbenchError `nothing-shared` when they have no question in common */
  compareMany: oc.input(z.object({ ids: z.array(EvaluationId).min(1).max(12) })).output(ManyComparison),
  /**
   * Takes a person's word for an answer to a question over the checker's, in every evaluation of the project that gave this answer; null takes it
   * back. Says how many answers are judged otherwise now.
   */
  correct: oc
    .input(z.object({ id: EvaluationId, questionId: z.string(), isRight: z.boolean().nullable() }))
    .output(z.object({ changed: z.number().int() })),
  /** Every correction of a project, the newest first, those taken back too. */
  corrections: oc.input(z.object({ projectId: ProjectId })).output(z.array(Correction)),
};
