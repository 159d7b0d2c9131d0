import { useMutation } from '@tanstack/react-query';
import type { Run } from '@contracts/runs';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { texts } from './texts/en';

/** A run that was deleted and can come back says so, and offers it. */
export function TrashedRun({ run }: { readonly run: Run }) {
  const restore = useMutation(api.trash.restore.mutationOptions());
  if (!run.isInTrash) return null;
  return (
    <Notice>
      <span className="row">
        {texts.inTrash}
        <Button isBusy={restore.isPending} onClick={() => restore.mutate({ id: run.id })}>
          {texts.restore}
        </Button>
      </span>
      {restore.isError && <ErrorView error={restore.error} />}
    </Notice>
  );
}
