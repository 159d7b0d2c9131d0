import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetId } from '@contracts/ids';
import type { Tree } from '@contracts/trees';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { DatasetTarget, useDatasetTarget } from '../datasets/DatasetTarget';
import { texts } from './texts/en';

const words = texts.send;

interface SendPathDialogProps {
  readonly tree: Tree;
  readonly leaf: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks which data set a path goes to, and says where it went. */
export function SendPathDialog({ tree, leaf, isOpen, onClose }: SendPathDialogProps) {
  const { projectId } = tree.lineage;
  const datasets = useQuery({ ...api.examples.datasets.queryOptions({ input: { projectId } }), enabled: isOpen });
  const target = useDatasetTarget(datasets.data);
  const send = useMutation(api.trees.sendPath.mutationOptions());
  const [shownLeaf, setShownLeaf] = useState(leaf);
  // Another path is another question: what was said of the last one goes.
  if (shownLeaf !== leaf) {
    setShownLeaf(leaf);
    send.reset();
  }
  const close = () => {
    send.reset();
    onClose();
  };
  return (
    <Dialog
      title={words.title}
      isOpen={isOpen}
      onClose={close}
      actions={
        send.data ? (
          <ButtonLink look="primary" href={toExample(projectId, send.data.datasetId, send.data.exampleId)}>
            {words.open}
          </ButtonLink>
        ) : (
          <Button
            look="primary"
            isBusy={send.isPending}
            disabledReason={target.whyNot}
            onClick={() => target.value && send.mutate({ id: tree.summary.id, leaf, target: target.value })}
          >
            {words.verb}
          </Button>
        )
      }
    >
      {send.data ? (
        <p role="status">{words.done(send.data.datasetName)}</p>
      ) : (
        <>
          <p>{words.about}</p>
          <DatasetTarget target={target} />
          {send.error && <ErrorView error={send.error} />}
        </>
      )}
    </Dialog>
  );
}

function toExample(projectId: string, datasetId: DatasetId, exampleId: string): string {
  return href('dataset', { projectId, datasetId }, { example: exampleId });
}
