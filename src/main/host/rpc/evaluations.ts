import { compareMany } from '../services/compare-many';
import { correctAnswer, listCorrections } from '../services/corrections';
import * as evaluations from '../services/evaluations';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function evaluationsRouter(context: ServiceContext) {
  const { evaluations: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => evaluations.listEvaluations(context, input.projectId)),
    items: calls.items.handler(({ input }) => evaluations.pageItems(context, input)),
    compareMany: calls.compareMany.handler(({ input }) => compareMany(context, input.ids)),
    correct: calls.correct.handler(({ input }) => correctAnswer(context, input)),
    corrections: calls.corrections.handler(({ input }) => listCorrections(context, input.projectId)),
    compare: calls.compare.handler(({ input }) => evaluations.compareEvaluations(context, input.first, input.second)),
  };
}
