import type { Correction } from '@contracts/evaluations';
import type { EvaluationId, ProjectId } from '@contracts/ids';
import { applyCorrection, listCorrections as listStored, writeCorrection } from '../store/repositories/corrections';
import { findEvaluation, mapEvaluationItems } from '../store/repositories/evaluations';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

/**
 * Takes a person's word over the checker's for the answer that an evaluation gave to a question, in every evaluation of the project that gave the
 * same: a comparison must not depend on which of them was looked at.
 */
export function correctAnswer(
  { db, bus, nowMs }: ServiceContext,
  { id, questionId, isRight }: { id: EvaluationId; questionId: string; isRight: boolean | null },
): { changed: number } {
  const evaluation = required(findEvaluation(db, id), 'This evaluation');
  const item = required(mapEvaluationItems(db, evaluation.runId).get(questionId) ?? null, 'This answer');
  const about = { ...item, projectId: evaluation.projectId };
  const changed = transaction(db, () => {
    writeCorrection(db, about, isRight, nowMs());
    return applyCorrection(db, about, isRight);
  });
  bus.publish({ type: 'changed', what: 'evaluations' });
  return { changed };
}

export function listCorrections({ db }: ServiceContext, projectId: ProjectId): Correction[] {
  return listStored(db, projectId);
}
