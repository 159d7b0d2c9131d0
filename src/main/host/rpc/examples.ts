import * as examples from '../services/examples';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function examplesRouter(context: ServiceContext) {
  const { examples: calls } = contract;
  return {
    removeDataset: calls.removeDataset.handler(({ input }) => examples.removeDataset(context, input.id)),
    datasets: calls.datasets.handler(({ input }) => examples.listDatasets(context, input.projectId)),
    list: calls.list.handler(({ input }) => examples.pageExamples(context, input)),
    rows: calls.rows.handler(({ input }) => examples.pageRows(context, input)),
    place: calls.place.handler(({ input }) => examples.placeExample(context, input.id, input.filter)),
    labels: calls.labels.handler(({ input }) => examples.listLabels(context, input.datasetId)),
    journal: calls.journal.handler(({ input }) => examples.listJournal(context, input.datasetId, input.limit)),
    get: calls.get.handler(({ input }) => examples.getExample(context, input.id)),
    decide: calls.decide.handler(({ input }) => examples.decideExamples(context, input.ids, input.decision)),
    decideAll: calls.decideAll.handler(({ input }) =>
      examples.decideAllExamples(context, input.datasetId, input.filter, input.decision),
    ),
    undo: calls.undo.handler(({ input }) => examples.undoDecision(context, input.datasetId)),
  };
}
