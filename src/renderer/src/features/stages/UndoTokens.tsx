import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '@contracts/runs';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { texts } from './texts/en';

const words = texts.undo;

/** Removes the model that a run of this stage made, with the run, unless something stands on it. The model before was never changed. */
export function UndoTokens({ run }: { readonly run: Run }) {
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation(
    api.runs.remove.mutationOptions({
      onSuccess: ({ removed }) => {
        if (removed) setAsking(false);
      },
    }),
  );
  const blockedBy = remove.data?.blockedBy ?? [];
  return (
    <>
      <Button look="quiet" onClick={() => setAsking(true)}>
        {words.action}
      </Button>
      <Dialog
        title={words.title}
        isOpen={isAsking}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
        actions={
          blockedBy.length === 0 && (
            <Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate({ id: run.id })}>
              {words.confirm}
            </Button>
          )
        }
      >
        <p>{blockedBy.length > 0 ? words.blocked(blockedBy.join(', ')) : words.body}</p>
        {remove.isError && <ErrorView error={remove.error} />}
      </Dialog>
    </>
  );
}
