import { useQuery } from '@tanstack/react-query';
import { TreeId } from '@contracts/ids';
import type { Tree } from '@contracts/trees';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { MathText } from '../../tokens/MathText';
import { TreeViewer } from '../../tree-viewer/TreeViewer';
import { useTreeView } from '../../tree-viewer/use-tree-view';
import { ButtonLink } from '../../ui/Button';
import { Loaded } from '../../ui/Loaded';
import { NodeInspector } from './NodeInspector';
import { texts } from './texts/en';
import './trees.css';

/** One tree: what was searched, where it went, and why. */
export function TreePage({ params }: PageProps<'tree'>) {
  const tree = useQuery(api.trees.get.queryOptions({ input: { id: TreeId.parse(params.treeId) } }));
  const back = <ButtonLink href={href('trees', { projectId: params.projectId })}>{texts.backToTrees}</ButtonLink>;
  return (
    <Loaded query={tree} errorActions={back}>
      {(data) => <OpenTree key={data.summary.id} tree={data} back={back} />}
    </Loaded>
  );
}

function OpenTree({ tree, back }: { readonly tree: Tree; readonly back: React.ReactNode }) {
  const view = useTreeView(tree);
  const run = useQuery(api.runs.get.queryOptions({ input: { id: tree.lineage.runId } }));
  const { summary } = tree;
  const spec = run.data?.spec;
  const explorationWeight = spec?.kind === 'search' || spec?.kind === 'rl' ? spec.config.explorationWeight : null;
  return (
    <PageFrame
      isWide
      title={texts.treeTitle}
      action={back}
      sentence={
        <>
          <MathText text={summary.prompt} />{' '}
          <span className="tree-reference">
            {texts.reference}: {summary.referenceAnswer}.
          </span>{' '}
          <span className="tree-quiet">
            {summary.isSolved ? texts.solved : texts.unsolved} ·{' '}
            {texts.facts(summary.nodeCount, summary.leafCount, summary.rightLeaves)}
          </span>
        </>
      }
    >
      <TreeViewer tree={tree} view={view} />
      <NodeInspector
        tree={tree}
        nodes={view.nodes}
        selected={view.selected}
        explorationWeight={explorationWeight}
        onSelect={view.select}
      />
    </PageFrame>
  );
}
