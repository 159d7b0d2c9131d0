import type { ExampleRecord } from '@contracts/engine-protocol';
import type { DatasetId, ExampleId, ProjectId, TreeId } from '@contracts/ids';
import type { AddedExample, ExampleTarget } from '@contracts/trees';
import { createContaminationIndex } from '@core/dataset/contamination';
import { ExamplesConfigSchema } from '@core/dataset/examples-config';
import { WorkbenchError } from '@core/errors';
import type { TokenSetData } from '@core/tokens/token-set';
import * as decisions from '../store/repositories/decisions';
import { upsertExample } from '../store/repositories/example-insert';
import { findDataset, findExampleByKey, insertDataset } from '../store/repositories/examples';
import { eachQuestion, listQuestionSets } from '../store/repositories/question-sets';
import { tokenSetOfDataset } from '../store/repositories/token-sets';
import { transaction, type ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

/** The action of a journal entry that undo answers by taking the example out again. */
export const ADD_ACTION = 'add';

export interface NewExample {
  readonly projectId: ProjectId;
  readonly target: ExampleTarget;
  readonly record: ExampleRecord;
  readonly treeId: TreeId | null;
  /** Whose tokens its steps carry; null for the eight of the paper. */
  readonly tokenSet: TokenSetData | null;
  /** The entry in the journal. */
  readonly description: string;
}

/**
 * Adds an example that a person chose to a data set, as undecided, and writes it into the journal there.
 * @throws WorkbenchError `example-known` when the data set has it already; nothing is changed then
 */
export function addExample(context: ServiceContext, example: NewExample): AddedExample {
  const { db, bus, newId, nowMs } = context;
  const { projectId, target, record, treeId, description, tokenSet } = example;
  const added = transaction(db, (): AddedExample => {
    const datasetId = 'datasetId' in target ? target.datasetId : (newId('dataset') as DatasetId);
    if ('newName' in target)
      insertDataset(db, { id: datasetId, projectId, name: target.newName, createdAtMs: nowMs(), tokenSet });
    const dataset = required(findDataset(db, datasetId), 'This data set');
    if (dataset.projectId !== projectId) throw foreignDataset();
    refuseForeignSteps(db, datasetId, dataset.name, record);
    if (findExampleByKey(db, datasetId, record.key) !== null) throw knownExample(dataset.name);
    const exampleId = newId('example') as ExampleId;
    const isLeaked = sharesHeldOut(db, projectId, record.prompt);
    upsertExample(db, { newId: exampleId, datasetId, treeId }, record, isLeaked ? ['leaked-question'] : []);
    const decisionId = decisions.openDecision(db, { datasetId, description, action: ADD_ACTION, nowMs: nowMs() });
    decisions.insertDecisionItem(db, decisionId, exampleId, {});
    return { exampleId, datasetId, datasetName: dataset.name };
  });
  bus.publish({ type: 'changed', what: 'datasets' });
  bus.publish({ type: 'changed', what: 'examples' });
  return added;
}

/** Whether a question shares a run of words with one that is kept for testing: an example of it would teach the test. */
function sharesHeldOut(db: ReadableDb, projectId: ProjectId, prompt: string): boolean {
  const sets = listQuestionSets(db, projectId).filter(({ role }) => role !== 'train');
  const heldOut = (function* () {
    for (const { id } of sets) for (const question of eachQuestion(db, id)) yield question.prompt;
  })();
  const { contaminationWords } = ExamplesConfigSchema.parse({});
  return createContaminationIndex(heldOut, contaminationWords).sharedRun(prompt) !== null;
}

function knownExample(name: string): WorkbenchError {
  return new WorkbenchError('conflict', `The data set “${name}” has this example already.`, {
    code: 'example-known',
    kept: 'The example that is there, with whatever was decided on it.',
    wayOut: 'Open the data set to see it, or choose another one.',
  });
}

/** @throws WorkbenchError `token-foreign` when the data set is one of other tokens */
function refuseForeignSteps(db: ReadableDb, id: DatasetId, name: string, { steps }: ExampleRecord): void {
  const set = tokenSetOfDataset(db, id);
  const foreign = steps.find(({ token }) => !set.find(token));
  if (!foreign) return;
  throw new WorkbenchError(
    'validation',
    `“${name}” is made of other functional tokens: it has no “${foreign.token}”.`,
    {
      code: 'token-foreign',
      where: foreign.token,
      kept: 'Nothing was changed.',
      wayOut: 'Choose a data set of the same tokens, or begin a new one.',
    },
  );
}

function foreignDataset(): WorkbenchError {
  return new WorkbenchError('validation', 'This data set belongs to another project.', {
    code: 'dataset-foreign',
    kept: 'Nothing was changed.',
    wayOut: 'Choose a data set of this project.',
  });
}
