import type { TreeId } from '@contracts/ids';
import type { AddedExample, ExampleTarget, Tree } from '@contracts/trees';
import { exampleProblems } from '@core/dataset/example-problems';
import { exampleOfPath } from '@core/dataset/path-example';
import { treeFromRows } from '@core/search/tree-rows';
import { loadPromptSet } from '../../engine/runners/prompt-folder';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findRun } from '../store/repositories/runs';
import { findNewestMarkChange, listMarks } from '../store/repositories/tree-marks';
import {
  findTreeLineage,
  findTreeSummary,
  listNodes,
  listSimulations,
  pageTrees,
  type TreeQuery,
} from '../store/repositories/trees';
import { addExample } from './add-example';
import type { ServiceContext } from './context';
import { countExampleTokens } from './example-edit';
import { tokenSetOfCheckpoint } from './models';
import { required } from './not-found';
import { promptRootOf } from './prompt-sets';

export function listTrees({ db }: ServiceContext, query: TreeQuery): ReturnType<typeof pageTrees> {
  return pageTrees(db, query);
}

/** A whole tree with where it comes from, what was made of it, and what a person marked in it. */
export function getTree({ db }: ServiceContext, id: TreeId): Tree {
  const summary = required(findTreeSummary(db, id), 'This tree');
  const lineage = required(findTreeLineage(db, id), 'This tree');
  const newest = findNewestMarkChange(db, id);
  return {
    summary,
    nodes: listNodes(db, id),
    simulations: listSimulations(db, id),
    marks: listMarks(db, id),
    lastMark: newest && { index: newest.nodeIndex, before: newest.before, after: newest.after },
    lineage: {
      ...lineage,
      runId: summary.runId,
      question: { id: summary.questionId, prompt: summary.prompt, referenceAnswer: summary.referenceAnswer },
    },
  };
}

/**
 * Puts one path of a tree into a data set: the same form as examples that a run makes, closed in the words of the run's prompt set.
 * @throws WorkbenchError `path-not-right`, `example-known`
 */
export async function sendPath(
  context: ServiceContext,
  input: { readonly id: TreeId; readonly leaf: number; readonly target: ExampleTarget },
): Promise<AddedExample> {
  const { db } = context;
  const { summary, nodes, simulations, lineage } = getTree(context, input.id);
  const checkpoint = lineage.checkpointId ? findCheckpoint(db, lineage.checkpointId) : null;
  const setName = promptSetOf(context, lineage.runId, checkpoint?.promptSet);
  const prompts = loadPromptSet(promptRootOf(context, setName) ?? context.promptsFolder, setName);
  const set = tokenSetOfCheckpoint(checkpoint);
  const draft = exampleOfPath(
    treeFromRows({ ...lineage.question, source: '' }, nodes, simulations),
    input.leaf,
    prompts,
    set,
  );
  const counted = checkpoint && (await countExampleTokens(context, checkpoint.path, draft.prompt, draft.steps));
  return addExample(context, {
    projectId: lineage.projectId,
    target: input.target,
    treeId: input.id,
    tokenSet: checkpoint?.tokenSet ?? null,
    description: `Added the path to step ${input.leaf} of the tree of “${summary.questionId}”`,
    record: {
      type: 'example',
      // Natural: the same path of the same tree is the same example.
      key: `path:${input.id}:${input.leaf}`,
      ...draft,
      steps: [...draft.steps],
      nodePath: [...draft.nodePath],
      problems: exampleProblems(draft, set),
      // Where the model's files are gone: what the search counted, without the tags.
      tokenCount: counted ?? draft.nodePath.reduce((sum, index) => sum + (nodes[index]?.tokenCount ?? 0), 0),
    },
  });
}

function promptSetOf({ db }: ServiceContext, runId: Tree['lineage']['runId'], ofModel: string | undefined): string {
  const spec = findRun(db, runId)?.spec;
  return spec?.kind === 'search' ? spec.config.promptSet : (ofModel ?? 'instruct');
}
