import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { LayoutName, type ExampleFilePreview, type FieldColumns } from '@contracts/example-files';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { useDebounced } from '../../lib/use-debounced';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select, TextInput } from '../../ui/inputs';
import { Mark, Notice } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { Table } from '../../ui/Table';
import { ExampleImportReport } from './ExampleImportReport';
import { texts } from './texts/en';

const words = texts.importPage;
const SETTLE_MS = 300;
const NONE = '';
const LAYOUTS = LayoutName.options.map((value) => ({ value, label: texts.layouts[value] }));

/** Layout and columns of a file, a rehearsal of its import, and the name of what it becomes. */
export function ExampleImportForm({
  projectId,
  file,
}: {
  readonly projectId: ProjectId;
  readonly file: ExampleFilePreview;
}) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const [layout, setLayout] = useState<LayoutName>(file.layout ?? 'trl-prompt-completion');
  const [chosen, setChosen] = useState<FieldColumns>({});
  const [name, setName] = useState(nameOf(file.path));
  const [model, setModel] = useState<string | null>(null);
  const fields = file.fields[layout];
  const columns = Object.fromEntries(
    fields.map((field) => [field.name, field.name in chosen ? (chosen[field.name] ?? null) : field.column]),
  );
  const models = checkpoints.data ?? [];
  const newest = models.find((one) => one.hasFunctionalTokens) ?? models[0];
  const checkpointId: CheckpointId | null =
    model === NONE ? null : (models.find((one) => one.id === model)?.id ?? newest?.id ?? null);
  const missing = fields.some((field) => field.isRequired && columns[field.name] === null);
  const input = { projectId, path: file.path, layout, columns, name: name.trim() || file.path, checkpointId };
  const rehearsalInput = useDebounced(JSON.stringify(input), SETTLE_MS);
  const rehearsal = useQuery(
    api.exampleFiles.import.queryOptions({
      input: { ...input, dryRun: true },
      queryKey: ['rehearse example import', rehearsalInput],
      enabled: !missing && checkpoints.isFetched,
      placeholderData: keepPreviousData,
      staleTime: 0,
    }),
  );
  const queries = useQueryClient();
  const store = useMutation(
    api.exampleFiles.import.mutationOptions({
      onSuccess: ({ dataset }) => {
        void queries.invalidateQueries({ queryKey: api.examples.key() });
        void queries.invalidateQueries({ queryKey: api.projects.overview.key() });
        if (dataset) navigate('dataset', { projectId, datasetId: dataset.id });
      },
    }),
  );
  const reason = missing
    ? words.required
    : name.trim() === ''
      ? words.nameMissing
      : rehearsal.data
        ? rehearsal.data.accepted === 0
          ? words.nothing
          : null
        : words.wait;
  return (
    <>
      <Panel
        title={words.layout}
        actions={
          file.layout === layout && (
            <Mark tone="good" glyph="✓">
              {words.detected}
            </Mark>
          )
        }
      >
        <div className="data-form">
          {file.layout === null && <Notice tone="info">{words.unknown}</Notice>}
          <Field label={texts.layout} help={texts.layoutHelp[layout]}>
            {(ids) => (
              <Select
                {...ids}
                value={layout}
                options={LAYOUTS}
                onChange={(value) => {
                  setLayout(value);
                  setChosen({});
                }}
              />
            )}
          </Field>
          {layout !== 'workbench' && (
            <fieldset className="data-columns" aria-label={words.columns}>
              {fields.map((field) => (
                <Field
                  key={field.name}
                  label={field.name}
                  error={field.isRequired && columns[field.name] === null ? words.required : null}
                >
                  {(ids) => (
                    <Select
                      {...ids}
                      value={columns[field.name] ?? NONE}
                      options={[
                        { value: NONE, label: words.none },
                        ...file.columns.map((column) => ({ value: column, label: column })),
                      ]}
                      onChange={(value) => setChosen({ ...chosen, [field.name]: value === NONE ? null : value })}
                    />
                  )}
                </Field>
              ))}
            </fieldset>
          )}
        </div>
        <p className="muted small data-sample">{words.sample}</p>
        <Table
          caption={words.sample}
          columns={file.columns.map((column) => ({
            id: column,
            title: column,
            cell: (row: Readonly<Record<string, string>>) => <span className="clamp">{row[column] ?? ''}</span>,
          }))}
          rows={file.rows.slice(0, 5).map((row, at) => ({ ...row, '': String(at) }))}
          rowKey={(row) => row[''] ?? ''}
        />
      </Panel>
      <Panel title={words.check}>
        {missing && <p className="muted">{words.required}</p>}
        {!missing && rehearsal.isPending && <Skeleton lines={2} label={words.checking} />}
        {rehearsal.isError && <ErrorView error={rehearsal.error} onRetry={() => void rehearsal.refetch()} />}
        {!missing && rehearsal.data && <ExampleImportReport report={rehearsal.data} />}
      </Panel>
      <Panel title={words.button}>
        <form
          className="stack"
          aria-label={words.button}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === null && !store.isPending) store.mutate({ ...input, dryRun: false });
          }}
        >
          <Field label={words.name} error={name.trim() === '' ? words.nameMissing : null}>
            {(ids) => (
              <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <Field label={words.model} help={words.modelHelp}>
            {(ids) => (
              <Select
                {...ids}
                value={checkpointId ?? NONE}
                options={[
                  ...models.map((one) => ({ value: one.id as string, label: one.name })),
                  { value: NONE, label: words.noModel },
                ]}
                onChange={setModel}
              />
            )}
          </Field>
          {store.isError && <ErrorView error={store.error} />}
          <div>
            <Button look="primary" type="submit" disabledReason={reason} isBusy={store.isPending}>
              {words.button}
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}

function nameOf(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  return file.replace(/\.[^.]+$/, '');
}
