import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { TreeId } from '@contracts/ids';
import type { Tree } from '@contracts/trees';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { isGone } from '../../lib/errors';
import { MathText } from '../../tokens/MathText';
import { bestPath } from '../../tree-viewer/tree-facts';
import { TreeViewer } from '../../tree-viewer/TreeViewer';
import { useTreeView } from '../../tree-viewer/use-tree-view';
import { Button, ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { ComparePanel, type Comparing } from './ComparePanel';
import { NodeActions, whyNotSend } from './NodeActions';
import { NodeInspector } from './NodeInspector';
import { SendPathDialog } from './SendPathDialog';
import { texts } from './texts/en';
import { useTreeMarks } from './use-tree-marks';
import './trees.css';

/** One tree: what was searched, where it went, and why. */
export function TreePage({ params }: PageProps<'tree'>) {
  const tree = useQuery(api.trees.get.queryOptions({ input: { id: TreeId.parse(params.treeId) } }));
  const back = <ButtonLink href={href('trees', { projectId: params.projectId })}>{texts.backToTrees}</ButtonLink>;
  if (tree.data === undefined && isGone(tree.error))
    return (
      <PageFrame title={texts.treeTitle}>
        <EmptyState title={texts.gone} action={back}>
          {texts.goneBody}
        </EmptyState>
      </PageFrame>
    );
  return (
    <Loaded query={tree} errorActions={back}>
      {(data) => <OpenTree key={data.summary.id} tree={data} back={back} />}
    </Loaded>
  );
}

function OpenTree({ tree, back }: { readonly tree: Tree; readonly back: React.ReactNode }) {
  const marks = useTreeMarks(tree);
  const view = useTreeView(tree, marks.marks);
  const [comparing, setComparing] = useState<Comparing | null>(null);
  const [isSending, setSending] = useState(false);
  const run = useQuery(api.runs.get.queryOptions({ input: { id: tree.lineage.runId } }));
  const { summary } = tree;
  const spec = run.data?.spec;
  const config = spec?.kind === 'search' ? spec.config : null;
  const best = useMemo(() => bestPath(view.nodes).at(-1) ?? 0, [view.nodes]);
  const node = view.nodes[view.selected];
  const send = useCallback(() => setSending(true), []);
  const toggleComparing = (what: Comparing) => setComparing(comparing === what ? null : what);
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
      {marks.error && <ErrorView error={marks.error} />}
      <TreeViewer
        view={view}
        total={tree.simulations.length}
        keys={{
          s: () => whyNotSend(node) === null && send(),
          p: () => marks.toggle(view.selected, 'pinned'),
          x: () => marks.toggle(view.selected, 'pruned'),
          u: marks.undo,
          c: () => toggleComparing('siblings'),
          d: () => toggleComparing('paths'),
        }}
        tools={
          <>
            <Button
              look="quiet"
              shortcut="C"
              aria-pressed={comparing === 'siblings'}
              onClick={() => toggleComparing('siblings')}
            >
              {texts.compare.siblings}
            </Button>
            <Button
              look="quiet"
              shortcut="D"
              aria-pressed={comparing === 'paths'}
              onClick={() => toggleComparing('paths')}
            >
              {texts.compare.paths}
            </Button>
          </>
        }
      />
      {comparing && (
        <ComparePanel
          nodes={view.nodes}
          selected={view.selected}
          best={best}
          what={comparing}
          onWhat={setComparing}
          onClose={() => setComparing(null)}
          onSelect={view.reveal}
        />
      )}
      <NodeInspector
        tree={tree}
        nodes={view.nodes}
        until={view.simulation}
        selected={view.selected}
        config={config}
        onSelect={view.reveal}
        actions={node && <NodeActions node={node} marks={marks} onSend={send} />}
      />
      <SendPathDialog tree={tree} leaf={view.selected} isOpen={isSending} onClose={() => setSending(false)} />
    </PageFrame>
  );
}
