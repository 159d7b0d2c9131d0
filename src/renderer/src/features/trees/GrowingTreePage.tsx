import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { RunId } from '@contracts/ids';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { MathText } from '../../tokens/MathText';
import { TreeViewer } from '../../tree-viewer/TreeViewer';
import { useTreeView } from '../../tree-viewer/use-tree-view';
import { ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Skeleton } from '../../ui/Skeleton';
import { texts } from './texts/en';
import { useGrowingTree } from './use-growing-tree';
import './trees.css';

const words = texts.growing;

/** A tree while it grows; once it is whole the stored one takes its place. */
export function GrowingTreePage({ params, query }: PageProps<'treeGrowing'>) {
  const { projectId } = params;
  const runId = RunId.parse(params.runId);
  const state = useGrowingTree(runId, query.get('question') ?? '');
  const view = useTreeView(state.tree);
  const list = useQuery(api.trees.growing.queryOptions({ input: { runId } }));
  const facts = list.data?.find((tree) => tree.questionId === query.get('question'));
  const back = <ButtonLink href={href('trees', { projectId })}>{texts.backToTrees}</ButtonLink>;
  useEffect(() => {
    // The address of a growing tree leads nowhere later, so going back must not come here.
    if (state.storedAs !== null) location.replace(href('tree', { projectId, treeId: state.storedAs }));
  }, [state.storedAs, projectId]);
  return (
    <PageFrame
      isWide
      title={words.title}
      action={back}
      sentence={
        <>
          {facts && <MathText text={facts.prompt} />}{' '}
          <span className="tree-quiet" aria-live="polite">
            {words.facts(state.tree.nodes.length, state.tree.simulations.length)}
          </span>
        </>
      }
    >
      {state.error ? (
        <ErrorView error={state.error} actions={back} />
      ) : state.isStopped ? (
        <EmptyState title={words.stopped} action={back}>
          {words.stoppedBody}
        </EmptyState>
      ) : state.tree.nodes.length === 0 ? (
        <Skeleton lines={8} />
      ) : (
        <TreeViewer view={view} total={state.tree.simulations.length} />
      )}
    </PageFrame>
  );
}
