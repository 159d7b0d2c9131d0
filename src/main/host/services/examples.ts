import type { z } from 'zod';
import type {
  Dataset,
  Decision,
  Example,
  ExampleFilter,
  ExampleLineage,
  Verdict,
  VerdictCounts,
} from '@contracts/examples';
import type { DatasetId, ExampleId, ProjectId } from '@contracts/ids';
import { WorkbenchError } from '@core/errors';
import * as decisions from '../store/repositories/decisions';
import * as stored from '../store/repositories/examples';
import { findQuestionSet } from '../store/repositories/question-sets';
import { findRun, listRunsOnDataset } from '../store/repositories/runs';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { measureEdit } from './example-edit';
import { required } from './not-found';

type DecisionValue = z.infer<typeof Decision>;

export function listDatasets({ db }: ServiceContext, projectId: ProjectId): Dataset[] {
  return stored.listDatasets(db, projectId);
}

export function pageExamples(
  { db }: ServiceContext,
  query: stored.ExampleQuery,
): { total: number; counts: z.infer<typeof VerdictCounts>; examples: Example[] } {
  const dataset = required(stored.findDataset(db, query.datasetId), 'This data set');
  return { ...stored.pageExamples(db, query), counts: dataset.verdicts };
}

/** An example with the way back to its tree, its question and its runs, and forward to where it was used. */
export function getExample({ db }: ServiceContext, id: ExampleId): { example: Example; lineage: ExampleLineageValue } {
  const example = required(stored.findExample(db, id), 'This example');
  const dataset = required(stored.findDataset(db, example.datasetId), 'This data set');
  const examplesRun = dataset.runId && findRun(db, dataset.runId);
  const searchRun = examplesRun?.parents.runId ? findRun(db, examplesRun.parents.runId) : null;
  const setId = searchRun?.parents.questionSetId ?? examplesRun?.parents.questionSetId ?? null;
  return {
    example,
    lineage: {
      exampleId: id,
      treeId: example.treeId,
      searchRunId: searchRun?.id ?? null,
      searchRunName: searchRun?.name ?? null,
      examplesRunId: dataset.runId,
      checkpointId: searchRun?.parents.checkpointId ?? null,
      questionSetId: setId,
      questionSetName: (setId && findQuestionSet(db, setId)?.name) ?? null,
      questionId: example.questionId,
      usedIn: listRunsOnDataset(db, example.datasetId).map((run) => ({ runId: run.id, name: run.name })),
    },
  };
}

type ExampleLineageValue = z.infer<typeof ExampleLineage>;

/**
 * Carries a decision out on some examples of one data set and writes it into the journal; examples that it would not change are passed over.
 * @throws WorkbenchError `revision-stale` when an edit names an older revision; `several-datasets`
 */
export async function decideExamples(
  context: ServiceContext,
  ids: readonly ExampleId[],
  decision: DecisionValue,
): Promise<{ changed: number }> {
  const { db } = context;
  const examples = [...new Set(ids)].map((id) => required(stored.findExample(db, id), 'One of these examples'));
  const [first] = examples;
  if (!first) return { changed: 0 };
  if (examples.some((example) => example.datasetId !== first.datasetId)) {
    throw new WorkbenchError('validation', 'These examples belong to several data sets.', {
      code: 'several-datasets',
      kept: 'Nothing was changed.',
      wayOut: 'Decide on one data set at a time, so that undo is clear.',
    });
  }
  const change = await prepareChange(context, examples, decision);
  return apply(context, first.datasetId, examples, change, describeDecision(decision));
}

/** The same verdict on everything a filter shows. */
export function decideAllExamples(
  context: ServiceContext,
  datasetId: DatasetId,
  filter: ExampleFilter,
  verdict: Verdict,
): { changed: number } {
  const { db } = context;
  required(stored.findDataset(db, datasetId), 'This data set');
  const examples = stored
    .listFilteredIds(db, datasetId, filter)
    .map((id) => required(stored.findExample(db, id), 'One of these examples'));
  return apply(context, datasetId, examples, () => ({ verdict }), describeDecision({ action: 'verdict', verdict }));
}

/** Takes the newest decision back that was not taken back yet, down to the start of the journal. */
export function undoDecision(
  context: ServiceContext,
  datasetId: DatasetId,
): { undone: string | null; changed: number; exampleIds: ExampleId[] } {
  const { db, bus } = context;
  const undone = transaction(db, () => {
    const newest = decisions.findNewestDecision(db, datasetId);
    if (!newest) return { undone: null, changed: 0, exampleIds: [] };
    const items = decisions.listDecisionItems(db, newest.id);
    for (const { exampleId, state } of items) stored.writeExampleState(db, exampleId, state);
    decisions.markDecisionUndone(db, newest.id, context.nowMs());
    return { undone: newest.description, changed: items.length, exampleIds: items.map((item) => item.exampleId) };
  });
  if (undone.changed) bus.publish({ type: 'changed', what: 'examples' });
  return undone;
}

type Change = (example: Example) => Partial<stored.ExampleState>;

async function prepareChange(
  context: ServiceContext,
  examples: readonly Example[],
  decision: DecisionValue,
): Promise<Change> {
  if (decision.action === 'verdict') return () => ({ verdict: decision.verdict });
  if (decision.action === 'note') return () => ({ note: decision.note });
  const [example] = examples;
  if (!example || examples.length > 1) {
    throw new WorkbenchError('validation', 'An edit is for one example at a time.', {
      code: 'edit-several',
      kept: 'Nothing was changed.',
    });
  }
  requireRevision(example, decision.revision);
  const measured = await measureEdit(context, example, decision.steps);
  // Measuring waits for a tokenizer; somebody else may have written meanwhile.
  return (current) => {
    requireRevision(current, decision.revision);
    return { steps: decision.steps, isEdited: true, ...measured };
  };
}

function apply(
  context: ServiceContext,
  datasetId: DatasetId,
  examples: readonly Example[],
  change: Change,
  verb: string,
): { changed: number } {
  const { db, bus } = context;
  const changed = transaction(db, () => {
    const before: { exampleId: ExampleId; state: Partial<stored.ExampleState> }[] = [];
    for (const { id } of examples) {
      const current = required(stored.findExample(db, id), 'One of these examples');
      const next = change(current);
      const keys = Object.keys(next) as (keyof stored.ExampleState)[]; // the keys of a Partial<ExampleState>
      if (keys.every((key) => JSON.stringify(current[key]) === JSON.stringify(next[key]))) continue;
      before.push({ exampleId: id, state: Object.fromEntries(keys.map((key) => [key, current[key]])) });
      stored.writeExampleState(db, id, next);
    }
    if (before.length > 0) {
      const description = before.length === 1 ? `${verb} 1 example` : `${verb} ${before.length} examples`;
      decisions.insertDecision(db, { datasetId, description, nowMs: context.nowMs() }, before);
    }
    return before.length;
  });
  if (changed) bus.publish({ type: 'changed', what: 'examples' });
  return { changed };
}

const VERDICT_VERBS: Readonly<Record<Verdict, string>> = {
  accepted: 'Accepted',
  rejected: 'Rejected',
  todo: 'Reopened',
};

function describeDecision(decision: DecisionValue): string {
  if (decision.action === 'verdict') return VERDICT_VERBS[decision.verdict];
  return decision.action === 'edit' ? 'Edited' : 'Noted on';
}

function requireRevision(example: Example, revision: number): void {
  if (example.revision === revision) return;
  throw new WorkbenchError('conflict', 'This example was changed meanwhile, in another window or by an undo.', {
    code: 'revision-stale',
    kept: 'The newer text.',
    wayOut: 'Look at the newer text and edit again.',
    details: { yours: revision, newest: example.revision },
  });
}
