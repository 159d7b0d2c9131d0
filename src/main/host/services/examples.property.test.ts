import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DatasetId, ExampleId, ProjectId, RunId } from '@contracts/ids';
import type { BulkDecision, Decision, Example, ExampleFilter } from '@contracts/examples';
import { ERROR_CLASSES } from '@core/dataset/error-classes';
import { JobSpec } from '@contracts/jobs';
import type { z } from 'zod';
import { EventBus } from '../jobs/events';
import { openMemoryDatabase } from '../store/database';
import { upsertExample } from '../store/repositories/example-insert';
import { ensureDataset, pageExamples } from '../store/repositories/examples';
import { insertProject } from '../store/repositories/projects';
import { insertRun } from '../store/repositories/runs';
import { makeExample } from '../testing/records';
import type { ServiceContext } from './context';
import { decideAllExamples, decideExamples, undoDecision } from './examples';

const COUNT = 4;

/** A data set of four examples in memory, with as much of a host as decisions need. */
function makeContext() {
  const db = openMemoryDatabase();
  const projectId = 'p' as ProjectId;
  const runId = 'r' as RunId;
  insertProject(db, { id: projectId, name: 'p', createdAtMs: 0, isDemo: false });
  const spec = JobSpec.parse({ kind: 'examples', checkpointId: 'c', searchRunId: 's', config: {} });
  const parents = { checkpointId: null, questionSetId: null, datasetId: null, runId: null };
  insertRun(db, { id: runId, projectId, name: 'r', spec, seed: 1, parents, createdAtMs: 0, folder: '' });
  const datasetId = ensureDataset(db, { newId: 'd' as DatasetId, projectId, runId, name: 'd', nowMs: 0 });
  for (let i = 0; i < COUNT; i++) {
    upsertExample(
      db,
      { newId: `e${i}` as ExampleId, datasetId, treeId: null },
      makeExample(`k${i}`, { kind: i % 2 ? 'merged' : 'clean' }),
    );
  }
  const context = { db, bus: new EventBus(), nowMs: () => 0 } as Partial<ServiceContext> as ServiceContext; // decisions use no more of it
  const all = { search: '' };
  const list = (): Example[] => pageExamples(db, { datasetId, filter: all, offset: 0, limit: 10 }).examples;
  const find = (filter: ExampleFilter) =>
    pageExamples(db, { datasetId, filter, offset: 0, limit: 10 }).examples.map(({ id }) => id);
  return { context, datasetId, list, find };
}

const verdict = fc.constantFrom('todo' as const, 'accepted' as const, 'rejected' as const);
const ids = fc.uniqueArray(
  fc.nat(COUNT - 1).map((n) => `e${n}` as ExampleId),
  { minLength: 1 },
);
const bulk: fc.Arbitrary<BulkDecision> = fc.oneof(
  verdict.map((value) => ({ action: 'verdict' as const, verdict: value })),
  fc.record({
    action: fc.constant('errorClass' as const),
    errorClass: fc.constantFrom(...ERROR_CLASSES),
    isSet: fc.boolean(),
  }),
  fc.record({ action: fc.constant('tag' as const), tag: fc.constantFrom('hard', 'odd', "it's"), isSet: fc.boolean() }),
);
const decision: fc.Arbitrary<z.infer<typeof Decision>> = fc.oneof(
  { weight: 3, arbitrary: bulk },
  fc.constantFrom('', 'a note', 'x').map((note) => ({ action: 'note' as const, note })),
);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('decide' as const), ids, decision }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('all' as const),
      decision: bulk,
      kind: fc.constantFrom('merged' as const, 'clean' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
);

it('undo walks back through exactly the states that decisions made', async () => {
  const check = fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
    const { context, datasetId, list, find } = makeContext();
    // Revisions only ever rise; everything else must come back.
    const look = () => list().map((example) => ({ ...example, revision: 0 }));
    const past = [look()];
    for (const one of acts) {
      if (one.do === 'undo') {
        const { undone } = undoDecision(context, datasetId);
        expect(undone === null).toBe(past.length === 1);
        if (past.length > 1) past.pop();
      } else {
        const { changed } =
          one.do === 'decide'
            ? await decideExamples(context, one.ids, one.decision)
            : decideAllExamples(context, datasetId, { search: '', kind: one.kind }, one.decision);
        if (changed > 0) past.push(look());
      }
      expect(look()).toEqual(past.at(-1));
      // The table of tags and the search follow the examples.
      for (const tag of ['hard', 'odd', "it's"]) {
        const tagged = look().filter((example) => example.tags.includes(tag));
        expect(find({ search: '', tag })).toEqual(tagged.map(({ id }) => id));
        expect(find({ search: `"${tag}"` })).toEqual(tagged.map(({ id }) => id));
      }
    }
    while (past.length > 1) {
      undoDecision(context, datasetId);
      past.pop();
      expect(look()).toEqual(past.at(-1));
    }
    context.db.close();
  });
  await fc.assert(check, { numRuns: 40 });
});
