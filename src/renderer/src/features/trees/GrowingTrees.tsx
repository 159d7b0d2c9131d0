import { useQuery } from '@tanstack/react-query';
import type { ProjectId, RunId } from '@contracts/ids';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.growing;

/** The trees that the project's running search grows now, each with the way to watch it. */
export function GrowingTrees({ projectId }: { readonly projectId: ProjectId }) {
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId, kind: 'search' } }));
  const running = runs.data?.find((run) => run.status === 'running' || run.status === 'pausing');
  return running ? <RunTrees projectId={projectId} runId={running.id} /> : null;
}

function RunTrees({ projectId, runId }: { readonly projectId: ProjectId; readonly runId: RunId }) {
  const trees = useQuery(api.trees.growing.queryOptions({ input: { runId } }));
  if (!trees.data || trees.data.length === 0) return null;
  return (
    <Panel title={words.list}>
      <ul className="tree-growing">
        {trees.data.map((tree) => (
          <li key={tree.questionId}>
            <a
              className="tree-question"
              href={href('treeGrowing', { projectId, runId }, { question: tree.questionId })}
            >
              {tree.prompt}
            </a>
            <span className="tree-sibling-facts">
              {words.row(tree.nodeCount, tree.simulationCount, tree.rightLeaves)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
