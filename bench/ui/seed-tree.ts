import type { ProjectId, QuestionSetId, CheckpointId, RunId, TreeId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { SearchTree } from '@core/search/tree';
import { treeRows } from '@core/search/tree-rows';
import { treeFigures } from '@core/search/tree';
import { growWordTree } from '@core/search/testing/grown-tree';
import { insertProject } from '../../src/main/host/store/repositories/projects';
import { changeRun, insertRun } from '../../src/main/host/store/repositories/runs';
import { upsertTree } from '../../src/main/host/store/repositories/trees';
import { transaction, type WritableDb } from '../../src/main/host/store/sql';

export const PROJECT = 'project-bench' as ProjectId;
export const TREE = 'tree-bench' as TreeId;
const RUN = 'run-bench' as RunId;

/** Grows a tree of at least so many nodes: walks are added until it has them. */
async function growTo(nodes: number): Promise<SearchTree> {
  for (let walks = Math.ceil(nodes / 4); ; walks = Math.ceil(walks * 1.5)) {
    const { tree } = await growWordTree({ numSimulations: walks });
    if (tree.parent.length >= nodes) return tree;
  }
}

/** A project with a finished search run and one tree of so many nodes, grown by the real search without a model. */
export async function seedTree(db: WritableDb, nodes: number): Promise<void> {
  const tree = await growTo(nodes);
  const spec = JobSpec.parse({
    kind: 'search',
    checkpointId: 'checkpoint-gone' as CheckpointId,
    questionSetId: 'questions-gone' as QuestionSetId,
    config: {},
  });
  transaction(db, () => {
    insertProject(db, { id: PROJECT, name: 'Bench', createdAtMs: 1, isDemo: false });
    const parents = { checkpointId: null, questionSetId: null, datasetId: null, runId: null };
    insertRun(db, {
      id: RUN,
      projectId: PROJECT,
      name: 'Large tree',
      spec,
      seed: 1,
      parents,
      createdAtMs: 1,
      folder: '',
    });
    changeRun(db, RUN, { status: 'finished', finishedAtMs: 2 });
    upsertTree(
      db,
      { newId: TREE, runId: RUN, projectId: PROJECT, nowMs: 1 },
      {
        type: 'tree',
        questionId: tree.question.id,
        prompt: tree.question.prompt,
        referenceAnswer: tree.question.referenceAnswer,
        nodes: treeRows(tree),
        simulations: tree.simulations.map(({ path, value }) => ({ path: [...path], value })),
        newTokens: treeFigures(tree).newTokens,
      },
    );
  });
}
