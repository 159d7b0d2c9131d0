import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { LayoutName, type ExampleFilePreview, type FieldColumns } from '@contracts/example-files';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import { navigate } from '../../app/router';
import { api, client } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { Field } from '../../ui/Field';
import { Select } from '../../ui/inputs';
import { Mark, Notice } from '../../ui/marks';
import { ImportForm, nameOfFile } from './ImportForm';
import { texts } from './texts/en';

const words = texts.importPage;
const NONE = '';
const LAYOUTS = LayoutName.options.map((value) => ({ value, label: texts.layouts[value] }));

/** Layout and columns of a file, and the name of the data set that it becomes. */
export function ExampleImportForm({
  projectId,
  file,
}: {
  readonly projectId: ProjectId;
  readonly file: ExampleFilePreview;
}) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const queries = useQueryClient();
  const [layout, setLayout] = useState<LayoutName>(file.layout ?? 'trl-prompt-completion');
  const [chosen, setChosen] = useState<FieldColumns>({});
  const [name, setName] = useState(nameOfFile(file.path));
  const [model, setModel] = useState<string | null>(null);
  const fields = file.fields[layout];
  const columns = Object.fromEntries(
    fields.map((field) => [field.name, field.name in chosen ? (chosen[field.name] ?? null) : field.column]),
  );
  const models = checkpoints.data ?? [];
  const newest = models.find((one) => one.hasFunctionalTokens) ?? models[0];
  const checkpointId: CheckpointId | null =
    model === NONE ? null : (models.find((one) => one.id === model)?.id ?? newest?.id ?? null);
  const isColumnMissing = fields.some((field) => field.isRequired && columns[field.name] === null);
  return (
    <ImportForm
      file={file}
      noun="example"
      input={{ projectId, path: file.path, layout, columns, name: name.trim() || file.path, checkpointId }}
      send={(input) => client.exampleFiles.import(input)}
      problem={isColumnMissing ? words.required : null}
      isReady={checkpoints.isFetched}
      columns={{
        title: words.layout,
        aside: file.layout === layout && (
          <Mark tone="good" glyph="✓">
            {words.detected}
          </Mark>
        ),
        fields: (
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
        ),
      }}
      remarksOf={({ duplicates, withProblems }) => [
        ...(duplicates > 0 ? [words.duplicates(formatInteger(duplicates))] : []),
        ...(withProblems > 0 ? [words.withProblems(formatInteger(withProblems))] : []),
      ]}
      button={words.button}
      name={name}
      onName={setName}
      nameMissing={words.nameMissing}
      onStored={({ dataset }) => {
        void queries.invalidateQueries({ queryKey: api.examples.key() });
        if (dataset) navigate('dataset', { projectId, datasetId: dataset.id });
      }}
    >
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
    </ImportForm>
  );
}
