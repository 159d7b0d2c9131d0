import { useMutation } from '@tanstack/react-query';
import type { Dataset } from '@contracts/examples';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { texts } from './texts/en';

const words = texts.brokenImport;

/** Data sets whose import broke off: read the file again from its beginning, or take away what came in. */
export function BrokenImports({ datasets }: { readonly datasets: readonly Dataset[] }) {
  return datasets
    .filter(({ brokenImport }) => brokenImport !== null)
    .map((dataset) => <BrokenImport key={dataset.id} dataset={dataset} />);
}

function BrokenImport({ dataset }: { readonly dataset: Dataset }) {
  const { id, projectId, brokenImport } = dataset;
  const again = useMutation(
    api.exampleFiles.importAgain.mutationOptions({
      onSuccess: (report) => report.dataset && navigate('dataset', { projectId, datasetId: report.dataset.id }),
    }),
  );
  const remove = useMutation(api.examples.removeDataset.mutationOptions());
  const error = again.error ?? remove.error;
  return (
    <Notice>
      <p>{words.what(brokenImport?.path ?? '', formatCount(dataset.count, 'example'))}</p>
      <div className="row">
        <Button isBusy={again.isPending} onClick={() => again.mutate({ datasetId: id })}>
          {words.again}
        </Button>
        <Button look="quiet" isBusy={remove.isPending} onClick={() => remove.mutate({ id })}>
          {words.remove}
        </Button>
      </div>
      {error && <ErrorView error={error} />}
    </Notice>
  );
}
