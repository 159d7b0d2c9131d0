import type { DatasetId, ExampleId, ProjectId } from '@contracts/ids';
import type { PortableExample } from '@core/dataset/layouts/portable-example';
import { createExampleAppender } from '../../src/main/host/store/repositories/example-insert';
import { insertDataset } from '../../src/main/host/store/repositories/examples';
import { insertProject } from '../../src/main/host/store/repositories/projects';
import { transaction, type WritableDb } from '../../src/main/host/store/sql';
import { makeExample } from '../../src/main/host/testing/records';

export const PROJECT = 'project-review' as ProjectId;
export const DATASET = 'dataset-review' as DatasetId;
/** One example in so many has a word that no other has. */
export const RARE_EVERY = 1000;

const THINGS = ['apples', 'books', 'coins', 'eggs', 'pens', 'shells', 'stamps'];
const NAMES = ['Ann', 'Ben', 'Eva', 'Leo', 'Nora', 'Sam'];

/** A project with a data set of so many examples of a few sentences each; a third of them decided, a tenth with something wrong. */
export function seedExamples(db: WritableDb, count: number): void {
  transaction(db, () => {
    insertProject(db, { id: PROJECT, name: 'Review', createdAtMs: 1, isDemo: false });
    insertDataset(db, { id: DATASET, projectId: PROJECT, name: 'Large', createdAtMs: 1 });
    const appender = createExampleAppender(db, DATASET);
    for (let at = 0; at < count; at++) appender.append({ newId: `e${at}` as ExampleId, treeId: null }, exampleAt(at));
  });
}

function exampleAt(at: number): PortableExample {
  const [name, thing] = [NAMES[at % NAMES.length], THINGS[at % THINGS.length]];
  const rare = at % RARE_EVERY === 0 ? ' in the observatory' : '';
  const [a, b] = [at % 997, at % 89];
  const { type: _, ...record } = makeExample(`example ${at}`, {
    questionId: `q${at}`,
    prompt: `${name} has ${a} ${thing}${rare}. Then ${name} gets ${b} more. How many ${thing} does ${name} have now?`,
    referenceAnswer: String(a + b),
  });
  return {
    ...record,
    steps: [
      { token: 'analysis', text: `start ${a} , then + ${b}`, isTrained: true, role: 'right', nodeIndex: 1 },
      {
        token: 'next_step',
        text: `gets ${b} more : ${a} + ${b} = ${a + b}`,
        isTrained: true,
        role: 'right',
        nodeIndex: 2,
      },
      { token: 'output', text: String(a + b), isTrained: true, role: 'output', nodeIndex: 3 },
    ],
    verdict: at % 6 === 0 ? 'accepted' : at % 6 === 1 ? 'rejected' : 'todo',
    errorClasses: at % 10 === 0 ? ['wrong-answer'] : [],
    isEdited: false,
    note: '',
    tags: at % 50 === 0 ? ['look again'] : [],
    stepMarks: [],
    lineage: { datasetId: null, treeId: null, searchRunId: null, checkpointId: null, questionSetId: null },
  };
}
