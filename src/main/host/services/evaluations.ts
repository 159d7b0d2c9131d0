import type { Comparison, Evaluation, EvaluationItem } from '@contracts/evaluations';
import type { EvaluationId, ProjectId } from '@contracts/ids';
import { compareEvaluations as compareJudged } from '@core/eval/compare';
import { createRng } from '@core/random/rng';
import { WorkbenchError } from '@core/errors';
import * as stored from '../store/repositories/evaluations';
import { findRun } from '../store/repositories/runs';
import type { ServiceContext } from './context';
import { required } from './not-found';

/** Where neither run says otherwise. */
const DEFAULT_SAMPLING = { confidence: 0.95, bootstrapSamples: 2000, seed: 1 };

export function listEvaluations({ db }: ServiceContext, projectId: ProjectId): Evaluation[] {
  return stored.listEvaluations(db, projectId);
}

export function pageItems(
  { db }: ServiceContext,
  input: { id: EvaluationId; filter: 'all' | 'right' | 'wrong'; offset: number; limit: number },
): { total: number; items: EvaluationItem[] } {
  const evaluation = required(stored.findEvaluation(db, input.id), 'This evaluation');
  return stored.pageEvaluationItems(db, evaluation.runId, input);
}

/**
 * Two evaluations on the questions they share, with a paired test.
 * @throws WorkbenchError `nothing-shared` when they have no question in common
 */
export function compareEvaluations({ db }: ServiceContext, firstId: EvaluationId, secondId: EvaluationId): Comparison {
  const first = required(stored.findEvaluation(db, firstId), 'The first evaluation');
  const second = required(stored.findEvaluation(db, secondId), 'The second evaluation');
  const firstItems = stored.mapEvaluationItems(db, first.runId);
  const secondItems = stored.mapEvaluationItems(db, second.runId);
  const judged = compareJudged([...firstItems.values()], [...secondItems.values()], samplingOf(db, second));
  if (judged.sharedQuestions === 0) {
    throw new WorkbenchError('precondition', 'These two evaluations have no question in common.', {
      code: 'nothing-shared',
      wayOut: 'Evaluate both checkpoints on the same question set.',
    });
  }
  return {
    first,
    second,
    sharedQuestions: judged.sharedQuestions,
    firstAccuracy: judged.first,
    secondAccuracy: judged.second,
    difference: judged.difference,
    pValue: judged.pValue,
    won: judged.won,
    lost: judged.lost,
    verdict: judged.verdict,
    flips: judged.flips.flatMap((questionId) => {
      const before = firstItems.get(questionId);
      const after = secondItems.get(questionId);
      if (!before || !after) return [];
      const { prompt, referenceAnswer } = before;
      return [{ questionId, prompt, referenceAnswer, first: before, second: after }];
    }),
  };
}

/** Confidence and bootstrap as the later evaluation was set. */
function samplingOf(db: ServiceContext['db'], { runId }: Evaluation): Parameters<typeof compareJudged>[2] {
  const spec = findRun(db, runId)?.spec;
  const { confidence, bootstrapSamples, seed } = spec?.kind === 'evaluate' ? spec.config : DEFAULT_SAMPLING;
  return { confidence, bootstrapSamples, rng: createRng(seed).fork('compare') };
}
