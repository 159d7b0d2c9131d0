import { useMutation } from '@tanstack/react-query';
import type { Dataset } from '@contracts/examples';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { texts } from './texts/en';

/** Puts a data set that a person filled into the trash; no question is asked, since it can come back. */
export function RemoveDataset({ dataset: { id, projectId } }: { readonly dataset: Dataset }) {
  const remove = useMutation(
    api.examples.removeDataset.mutationOptions({
      onSuccess: ({ removed }) => removed && navigate('examples', { projectId }),
    }),
  );
  return (
    <>
      <Button look="quiet" isBusy={remove.isPending} onClick={() => remove.mutate({ id })}>
        {texts.remove}
      </Button>
      {remove.data && !remove.data.removed && <Notice>{texts.removeBlocked(remove.data.blockedBy.join(', '))}</Notice>}
      {remove.isError && <ErrorView error={remove.error} />}
    </>
  );
}
