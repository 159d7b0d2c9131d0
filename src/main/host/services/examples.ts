import type { z } from 'zod';
import type {
  BulkDecision,
  Dataset,
  Decision,
  ErrorClass,
  Example,
  ExampleFilter,
  ExampleLineage,
  ExampleRow,
  ExampleStep,
  JournalEntry,
  StepMark,
  Verdict,
  VerdictCounts,
} from '@contracts/examples';
import type { DatasetId, ExampleId, ProjectId } from '@contracts/ids';
import { reclassify } from '@core/dataset/error-classes';
import { WorkbenchError } from '@core/errors';
import * as decisions from '../store/repositories/decisions';
import { decideSelected, isBulkAction, restoreDecided } from '../store/repositories/example-bulk';
import { filterClause, idsClause, maskOfClasses, type Selection } from '../store/repositories/example-filter';
import { countErrorClasses, countTags, pageExampleRows, placeOfExample } from '../store/repositories/example-rows';
import * as stored from '../store/repositories/examples';
import { findQuestionSet } from '../store/repositories/question-sets';
import { listRunsOnDataset } from '../store/repositories/runs';
import { transaction } from '../store/sql';
import { ADD_ACTION } from './add-example';
import type { ServiceContext } from './context';
import { measureEdit } from './example-edit';
import { lineageOfDataset } from './example-lineage';
import { isImporting } from './example-import';
import { tokenSetOfDataset } from '../store/repositories/token-sets';
import { required } from './not-found';
import { throwAway } from './project-trash';

type DecisionValue = z.infer<typeof Decision>;

export function listDatasets({ db }: ServiceContext, projectId: ProjectId): Dataset[] {
  return stored
    .listDatasets(db, projectId)
    .map((dataset) => (isImporting(dataset.id) ? { ...dataset, brokenImport: null } : dataset));
}

/** Puts a data set that no run made into the trash, unless a run trained on it. */
export function removeDataset(context: ServiceContext, id: DatasetId): { removed: boolean; blockedBy: string[] } {
  const dataset = required(stored.findDataset(context.db, id), 'This data set');
  const blockedBy = listRunsOnDataset(context.db, id).map(({ name }) => name);
  if (blockedBy.length > 0 || dataset.runId !== null) return { removed: false, blockedBy };
  return { removed: throwAway(context, { id, kind: 'dataset', projectId: dataset.projectId }), blockedBy };
}

export function pageExamples(
  { db }: ServiceContext,
  query: stored.ExampleQuery,
): { total: number; counts: z.infer<typeof VerdictCounts>; examples: Example[] } {
  const dataset = required(stored.findDataset(db, query.datasetId), 'This data set');
  return { ...stored.pageExamples(db, query), counts: dataset.verdicts };
}

export function pageRows(
  { db }: ServiceContext,
  query: stored.ExampleQuery,
): { total: number; counts: z.infer<typeof VerdictCounts>; rows: ExampleRow[] } {
  const dataset = required(stored.findDataset(db, query.datasetId), 'This data set');
  return { ...pageExampleRows(db, query), counts: dataset.verdicts };
}

export function placeExample({ db }: ServiceContext, id: ExampleId, filter: ExampleFilter): { place: number | null } {
  const example = stored.findExample(db, id);
  return { place: example && placeOfExample(db, example.datasetId, filter, id) };
}

export function listLabels(
  { db }: ServiceContext,
  datasetId: DatasetId,
): { tags: { tag: string; count: number }[]; errorClasses: { errorClass: ErrorClass; count: number }[] } {
  return { tags: countTags(db, datasetId), errorClasses: countErrorClasses(db, datasetId) };
}

export function listJournal({ db }: ServiceContext, datasetId: DatasetId, limit: number): JournalEntry[] {
  return decisions.listDecisions(db, datasetId, limit);
}

/** An example with the way back to its tree, its question and its runs, and forward to where it was used. */
export function getExample(
  { db }: ServiceContext,
  id: ExampleId,
): { example: Example; lineage: ExampleLineageValue; originalSteps: ExampleStep[] | null } {
  const example = required(stored.findExample(db, id), 'This example');
  const dataset = required(stored.findDataset(db, example.datasetId), 'This data set');
  const { searchRun, examplesRun, checkpointId, questionSetId } = lineageOfDataset(db, dataset);
  return {
    example,
    originalSteps: example.isEdited ? decisions.findOriginalSteps(db, id) : null,
    lineage: {
      exampleId: id,
      treeId: example.treeId,
      searchRunId: searchRun?.id ?? null,
      searchRunName: searchRun?.name ?? null,
      examplesRunId: dataset.runId,
      examplesRunName: examplesRun?.name ?? null,
      checkpointId,
      questionSetId,
      questionSetName: (questionSetId && findQuestionSet(db, questionSetId)?.name) ?? null,
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
  if (isBulk(decision)) return decideSelection(context, first.datasetId, idsClause(ids), decision);
  const change = await prepareChange(context, examples, decision);
  return apply(context, first.datasetId, examples, change, describeDecision(decision));
}

/** The same decision on everything a filter shows. */
export function decideAllExamples(
  context: ServiceContext,
  datasetId: DatasetId,
  filter: ExampleFilter,
  decision: BulkDecision,
): { changed: number } {
  required(stored.findDataset(context.db, datasetId), 'This data set');
  return decideSelection(context, datasetId, filterClause(datasetId, filter), decision);
}

function decideSelection(
  { db, bus, nowMs }: ServiceContext,
  datasetId: DatasetId,
  selection: Selection,
  decision: BulkDecision,
): { changed: number } {
  const changed = transaction(db, () => {
    const { action } = decision;
    const id = decisions.openDecision(db, { datasetId, description: '', action, nowMs: nowMs() });
    const count = decideSelected(db, selection, decision, id);
    decisions.closeDecision(db, id, count === 0 ? null : describeCount(describeDecision(decision), count));
    return count;
  });
  if (changed) bus.publish({ type: 'changed', what: 'examples' });
  return { changed };
}

/** Examples that an undo names; enough to go to the first one. */
const SHOWN_IDS = 100;

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
    const isAdded = newest.action === ADD_ACTION;
    if (isBulkAction(newest.action)) restoreDecided(db, newest.id, newest.action);
    else if (isAdded) for (const { exampleId } of items) stored.deleteExample(db, exampleId);
    else for (const { exampleId, state } of items) stored.writeExampleState(db, exampleId, state);
    decisions.markDecisionUndone(db, newest.id, context.nowMs());
    return {
      undone: newest.description,
      changed: items.length,
      // What undo took out again cannot be gone to.
      exampleIds: isAdded ? [] : items.slice(0, SHOWN_IDS).map((item) => item.exampleId),
    };
  });
  if (undone.changed) bus.publish({ type: 'changed', what: 'examples' });
  return undone;
}

type Change = (example: Example) => Partial<stored.ExampleState>;

async function prepareChange(
  context: ServiceContext,
  examples: readonly Example[],
  decision: Exclude<DecisionValue, BulkDecision>,
): Promise<Change> {
  if (decision.action === 'note') return () => ({ note: decision.note });
  const [example] = examples;
  if (!example || examples.length > 1) {
    throw new WorkbenchError('validation', 'Steps are changed in one example at a time.', {
      code: 'edit-several',
      kept: 'Nothing was changed.',
    });
  }
  requireRevision(example, decision.revision);
  if (decision.action === 'step') {
    const { stepIndex, mark, revision } = decision;
    return (current) => {
      requireRevision(current, revision);
      return { stepMarks: markStep(current, stepIndex, mark) };
    };
  }
  const measured = await measureEdit(context, example, decision.steps);
  // Measuring waits for a tokenizer; somebody else may have written meanwhile.
  return (current) => {
    requireRevision(current, decision.revision);
    const stepMarks = keepMarks(current, decision.steps);
    const { referenceAnswer, errorClasses } = current;
    const { tokenCount } = measured;
    const errorMask = maskOfClasses(
      reclassify(
        errorClasses,
        { steps: decision.steps, referenceAnswer, tokenCount },
        tokenSetOfDataset(context.db, example.datasetId),
      ),
    );
    return { steps: decision.steps, isEdited: true, stepMarks, errorMask, ...measured };
  };
}

const NO_MARK: StepMark = { verdict: null, note: '' };

function markStep({ steps, stepMarks }: Example, stepIndex: number, mark: StepMark): StepMark[] {
  if (stepIndex >= steps.length) {
    throw new WorkbenchError('validation', `This example has ${steps.length} steps.`, { code: 'step-unknown' });
  }
  return steps.map((_, at) => (at === stepIndex ? mark : (stepMarks[at] ?? NO_MARK)));
}

/** The marks of the steps that an edit left as they were; a changed step has to be judged anew. */
function keepMarks({ steps, stepMarks }: Example, edited: readonly ExampleStep[]): StepMark[] {
  if (stepMarks.length === 0) return [];
  const known = new Map(steps.map((step, at) => [`${step.token}\n${step.text}`, stepMarks[at] ?? NO_MARK]));
  return edited.map((step) => known.get(`${step.token}\n${step.text}`) ?? NO_MARK);
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
      const state = stored.stateOf(current);
      const keys = Object.keys(next) as (keyof stored.ExampleState)[]; // the keys of a Partial<ExampleState>
      if (keys.every((key) => JSON.stringify(state[key]) === JSON.stringify(next[key]))) continue;
      before.push({ exampleId: id, state: Object.fromEntries(keys.map((key) => [key, state[key]])) });
      stored.writeExampleState(db, id, next);
    }
    if (before.length > 0) {
      const description = describeCount(verb, before.length);
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

type DecisionOf<A extends DecisionValue['action']> = Extract<DecisionValue, { action: A }>;

/** The beginning of a sentence that the number of examples ends. */
const VERBS: { readonly [A in DecisionValue['action']]: (decision: DecisionOf<A>) => string } = {
  verdict: ({ verdict }) => VERDICT_VERBS[verdict],
  errorClass: ({ errorClass, isSet }) => `${isSet ? 'Marked' : 'Unmarked'} as “${errorClass.replaceAll('-', ' ')}”:`,
  tag: ({ tag, isSet }) => `${isSet ? 'Tagged' : 'Untagged'} “${tag}”:`,
  edit: () => 'Edited',
  note: () => 'Noted on',
  step: ({ stepIndex }) => `Judged step ${stepIndex + 1} of`,
};

function describeDecision(decision: DecisionValue): string {
  // The row of the table belongs to the action that it is looked up by.
  return (VERBS[decision.action] as (decision: DecisionValue) => string)(decision);
}

function describeCount(verb: string, count: number): string {
  return count === 1 ? `${verb} 1 example` : `${verb} ${count} examples`;
}

function isBulk(decision: DecisionValue): decision is BulkDecision {
  return isBulkAction(decision.action);
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
