import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { AdapterInspection, Checkpoint } from '@contracts/models';
import { api } from '../../lib/api';
import { formatBytes, formatInteger, formatParameters } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select, Switch } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Notice } from '../../ui/marks';
import { Facts, Panel } from '../../ui/Panel';
import { ImportForm } from './ImportForm';
import { suggestBase } from './suggest-base';
import { texts } from './texts/en';

const words = texts.adapter;

interface AdapterImportProps {
  readonly projectId: ProjectId;
  readonly adapter: AdapterInspection;
}

/** Import of an adapter: what it is, the model it goes over, checked, and whether it is kept beside the sum. */
export function AdapterImport({ projectId, adapter }: AdapterImportProps) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  return (
    <>
      <Panel title={texts.found}>
        <AdapterFacts adapter={adapter} />
      </Panel>
      <Loaded query={checkpoints}>
        {(list) => {
          const present = list.filter((one) => !one.isMissing);
          return present.length === 0 ? (
            <EmptyState title={words.noBase}>{words.noBaseBody}</EmptyState>
          ) : (
            <OverBase projectId={projectId} adapter={adapter} checkpoints={present} />
          );
        }}
      </Loaded>
    </>
  );
}

function OverBase({
  projectId,
  adapter,
  checkpoints,
}: AdapterImportProps & { readonly checkpoints: readonly Checkpoint[] }) {
  const { path } = adapter;
  const [baseId, setBaseId] = useState<CheckpointId | null>(
    () => suggestBase(adapter.baseModelPath, checkpoints)?.id ?? null,
  );
  const [keepAdapter, setKeepAdapter] = useState(true);
  const check = useQuery(
    api.models.look.queryOptions({ input: { path, baseId }, enabled: baseId !== null, staleTime: 0, retry: false }),
  );
  const over = check.data?.kind === 'adapter' ? check.data.adapter.over : null;
  const notYet = baseId === null ? words.baseMissing : over === null ? words.notChecked : null;
  return (
    <ImportForm
      projectId={projectId}
      path={path}
      suggestedName={adapter.suggestedName}
      baseId={baseId}
      config={{ keepAdapter }}
      notYet={notYet}
    >
      <Field label={words.base} help={words.baseHelp}>
        {(ids) => (
          <Select
            {...ids}
            placeholder={words.choose}
            value={baseId ?? ''}
            options={checkpoints.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setBaseId}
          />
        )}
      </Field>
      {check.isError && <ErrorView error={check.error} onRetry={() => void check.refetch()} />}
      {check.isFetching && <p className="muted">{words.checking}</p>}
      {over && !check.isFetching && (
        <>
          <p role="status">{words.fits(over.baseName, over.newRows)}</p>
          {over.warnings.map((warning) => (
            <Notice key={warning}>{warning}</Notice>
          ))}
        </>
      )}
      <Field label={words.keep} help={words.keepHelp}>
        {(ids) => <Switch {...ids} checked={keepAdapter} onChange={setKeepAdapter} />}
      </Field>
    </ImportForm>
  );
}

/** What the headers of an adapter say. */
function AdapterFacts({ adapter }: { readonly adapter: AdapterInspection }) {
  const { rank, alpha, targetModules, trainedRows, replacedTensors } = adapter;
  return (
    <Facts
      rows={[
        [texts.inspector.format, words.format],
        [words.rank, words.rankOf(formatInteger(rank), String(alpha))],
        [words.targets, targetModules.join(', ')],
        [
          texts.inspector.parameters,
          `${formatParameters(adapter.parameterCount)}, ${formatBytes(adapter.sizeBytes)}, ${adapter.storedDtypes.join(', ')}`,
        ],
        trainedRows === 0 ? null : [words.rows, words.rowsOf(formatInteger(trainedRows))],
        replacedTensors === 0 ? null : [words.replaced, words.replacedOf(formatInteger(replacedTensors))],
        [texts.inspector.tokenizer, adapter.hasTokenizer ? words.ownTokenizer : words.baseTokenizer],
        [words.madeFor, adapter.baseModelPath === '' ? words.madeForUnknown : adapter.baseModelPath],
        [
          texts.inspector.path,
          <span key="path" className="mono">
            {adapter.path}
          </span>,
        ],
      ]}
    />
  );
}
