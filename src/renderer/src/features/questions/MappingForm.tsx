import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { QuestionFilePreview, QuestionSetRole } from '@contracts/questions';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { useDebounced } from '../../lib/use-debounced';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Choice, Select, TextInput } from '../../ui/inputs';
import { Notice } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { Table } from '../../ui/Table';
import { ImportReport } from './ImportReport';
import { texts } from './texts/en';

const words = texts.importPage;
const SETTLE_MS = 300;
const ROLES = (['train', 'validation', 'test'] as const).map((value) => ({
  value,
  label: `For ${texts.roles[value]}`,
  help: texts.roleHelp[value],
}));
const MAKE_IDS = '';

interface Mapping {
  readonly prompt: string;
  readonly answer: string;
  readonly id: string | null;
}

/** Which column is what, what the set is called and for, and a rehearsal of the import. */
export function MappingForm({
  projectId,
  file,
}: {
  readonly projectId: ProjectId;
  readonly file: QuestionFilePreview;
}) {
  const [mapping, setMapping] = useState<Mapping>(file.suggestedMapping ?? { prompt: '', answer: '', id: null });
  const [name, setName] = useState(nameOf(file.path));
  const [role, setRole] = useState<QuestionSetRole>(/test/i.test(file.path) ? 'test' : 'train');
  const mappingProblem = mappingReason(mapping);
  const input = { projectId, path: file.path, mapping: { ...mapping }, name: name.trim() || file.path, role };
  const rehearsalInput = useDebounced(JSON.stringify(input), SETTLE_MS);
  const rehearsal = useQuery(
    api.questions.import.queryOptions({
      input: { ...input, dryRun: true },
      queryKey: ['rehearse import', rehearsalInput],
      enabled: mappingProblem === null,
      placeholderData: keepPreviousData,
      staleTime: 0,
    }),
  );
  const queries = useQueryClient();
  const store = useMutation(
    api.questions.import.mutationOptions({
      onSuccess: (report) => {
        void queries.invalidateQueries({ queryKey: api.questions.key() });
        void queries.invalidateQueries({ queryKey: api.projects.overview.key() });
        if (report.set) navigate('questionSet', { projectId, setId: report.set.id });
      },
    }),
  );
  const reason =
    mappingProblem ??
    (name.trim() === ''
      ? words.nameMissing
      : rehearsal.data
        ? rehearsal.data.accepted === 0
          ? words.nothing
          : null
        : words.wait);
  const options = file.columns.map((column) => ({ value: column, label: column }));
  return (
    <>
      <Panel
        title={words.columns}
        actions={<span className="muted">{words.rows(formatCount(file.totalRows, 'row'))}</span>}
      >
        {file.suggestedMapping === null && <Notice tone="info">{words.noSuggestion}</Notice>}
        <div className="mapping">
          <Field label={words.promptColumn}>
            {(ids) => (
              <Select
                {...ids}
                value={mapping.prompt}
                placeholder={words.chooseColumn}
                options={options}
                onChange={(prompt) => setMapping({ ...mapping, prompt })}
              />
            )}
          </Field>
          <Field label={words.answerColumn}>
            {(ids) => (
              <Select
                {...ids}
                value={mapping.answer}
                placeholder={words.chooseColumn}
                options={options}
                onChange={(answer) => setMapping({ ...mapping, answer })}
              />
            )}
          </Field>
          <Field label={words.idColumn}>
            {(ids) => (
              <Select
                {...ids}
                value={mapping.id ?? MAKE_IDS}
                options={[{ value: MAKE_IDS, label: words.makeIds }, ...options]}
                onChange={(id) => setMapping({ ...mapping, id: id === MAKE_IDS ? null : id })}
              />
            )}
          </Field>
        </div>
        <p className="muted small mapping-sample">{words.sample}</p>
        <Table
          caption={words.sample}
          columns={file.columns.map((column) => ({
            id: column,
            title: column,
            cell: (row: Readonly<Record<string, string>>) => <span className="clamp">{row[column] ?? ''}</span>,
          }))}
          rows={file.rows.map((row, at) => ({ ...row, '': String(at) }))}
          rowKey={(row) => row[''] ?? ''}
        />
      </Panel>
      <Panel title={words.check}>
        {mappingProblem !== null && <p className="muted">{mappingProblem}</p>}
        {mappingProblem === null && rehearsal.isPending && <Skeleton lines={2} label={words.checking} />}
        {rehearsal.isError && <ErrorView error={rehearsal.error} onRetry={() => void rehearsal.refetch()} />}
        {mappingProblem === null && rehearsal.data && <ImportReport report={rehearsal.data} />}
      </Panel>
      <Panel title={words.button}>
        <form
          className="stack"
          aria-label={words.button}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === null && !store.isPending) store.mutate({ ...input, name: name.trim(), dryRun: false });
          }}
        >
          <Field label={texts.name}>
            {(ids) => (
              <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <Choice label={texts.role} name="role" options={ROLES} value={role} onChange={setRole} />
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

function mappingReason({ prompt, answer }: Mapping): string | null {
  if (prompt === '' || answer === '') return words.columnsMissing;
  return prompt === answer ? words.sameColumn : null;
}

function nameOf(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  return file.replace(/\.[^.]+$/, '');
}
