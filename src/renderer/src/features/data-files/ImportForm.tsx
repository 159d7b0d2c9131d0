import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../lib/api';
import { useDebounced } from '../../lib/use-debounced';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { TextInput } from '../../ui/inputs';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { Table } from '../../ui/Table';
import { ImportReport, type RowsReport } from './ImportReport';
import { texts } from './texts/import.en';
import './data-files.css';

const SETTLE_MS = 300;

export interface ImportFormProps<Input, Report extends RowsReport> {
  readonly file: { readonly columns: readonly string[]; readonly rows: readonly Readonly<Record<string, string>>[] };
  /** What a row becomes, e.g. `question`. */
  readonly noun: string;
  readonly input: Input;
  /** Asks the host; nothing is stored by a dry run. */
  readonly send: (input: Input & { readonly dryRun: boolean }) => Promise<Report>;
  /** What is to be mended before the file can be read; null for nothing. */
  readonly problem: string | null;
  readonly isReady?: boolean;
  /** Where the columns are told: its title, what stands beside it, and the fields. */
  readonly columns: { readonly title: string; readonly aside?: ReactNode; readonly fields: ReactNode };
  readonly remarksOf?: (report: Report) => readonly string[];
  readonly button: string;
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly nameMissing: string;
  /** Further fields of what the file becomes. */
  readonly children?: ReactNode;
  readonly onStored: (report: Report) => void;
}

/** The import of a file, whatever its rows become: columns with the first rows, a rehearsal with its report, name and button. */
export function ImportForm<Input, Report extends RowsReport>(props: ImportFormProps<Input, Report>) {
  const { file, input, send, problem, isReady = true, columns, button, name, nameMissing } = props;
  const settled = useDebounced(JSON.stringify(input), SETTLE_MS);
  const rehearsal = useQuery({
    queryKey: ['rehearse import', props.noun, settled],
    queryFn: () => send({ ...input, dryRun: true }),
    enabled: problem === null && isReady,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const queries = useQueryClient();
  const store = useMutation({
    mutationFn: () => send({ ...input, dryRun: false }),
    onSuccess: (report) => {
      void queries.invalidateQueries({ queryKey: api.projects.overview.key() });
      props.onStored(report);
    },
  });
  const reason = problem ?? (name.trim() === '' ? nameMissing : reasonToWait(rehearsal.data));
  return (
    <>
      <Panel title={columns.title} actions={columns.aside}>
        {columns.fields}
        <p className="muted small data-sample">{texts.sample}</p>
        <Table
          caption={texts.sample}
          columns={file.columns.map((column) => ({
            id: column,
            title: column,
            cell: (row: Readonly<Record<string, string>>) => <span className="clamp">{row[column] ?? ''}</span>,
          }))}
          rows={file.rows.slice(0, 5).map((row, at) => ({ ...row, '': String(at) }))}
          rowKey={(row) => row[''] ?? ''}
        />
      </Panel>
      <Panel title={texts.check}>
        {problem !== null && <p className="muted">{problem}</p>}
        {problem === null && rehearsal.isPending && <Skeleton lines={2} label={texts.checking} />}
        {rehearsal.isError && <ErrorView error={rehearsal.error} onRetry={() => void rehearsal.refetch()} />}
        {problem === null && rehearsal.data && (
          <ImportReport
            report={rehearsal.data}
            noun={props.noun}
            remarks={props.remarksOf ? props.remarksOf(rehearsal.data) : []}
          />
        )}
      </Panel>
      <Panel title={button}>
        <form
          className="stack"
          aria-label={button}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === null && !store.isPending) store.mutate();
          }}
        >
          <Field label={texts.name} error={name.trim() === '' ? nameMissing : null}>
            {(ids) => (
              <TextInput {...ids} value={name} maxLength={120} onChange={(event) => props.onName(event.target.value)} />
            )}
          </Field>
          {props.children}
          {store.isError && <ErrorView error={store.error} />}
          <div>
            <Button look="primary" type="submit" disabledReason={reason} isBusy={store.isPending}>
              {button}
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}

/** The name that a file suggests. */
export function nameOfFile(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  return file.replace(/\.[^.]+$/, '');
}

function reasonToWait(report: RowsReport | undefined): string | null {
  if (!report) return texts.wait;
  return report.accepted === 0 ? texts.nothing : null;
}
