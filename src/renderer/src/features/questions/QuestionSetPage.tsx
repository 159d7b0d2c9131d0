import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId, QuestionSetId } from '@contracts/ids';
import type { QuestionRow, QuestionSet } from '@contracts/questions';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import { navigate, type PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatCount, formatInteger } from '../../lib/format';
import { useDebounced } from '../../lib/use-debounced';
import { Button, ButtonLink } from '../../ui/Button';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { SearchInput, Select } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { RenameButton } from '../../ui/RenameButton';
import { Table, type Column } from '../../ui/Table';
import { QuestionExportDialog } from '../data-files/QuestionExportDialog';
import { texts as fileTexts } from '../data-files/texts/en';
import { texts } from './texts/en';
import './questions.css';

const PAGE = 100;
const SETTLE_MS = 200;
const ROLES = (['train', 'validation', 'test'] as const).map((value) => ({ value, label: texts.roles[value] }));

/** One set: rename it, change what it is for, look through its questions. */
export function QuestionSetPage({ params }: PageProps<'questionSet'>) {
  const projectId = ProjectId.parse(params.projectId);
  const sets = useQuery(api.questions.list.queryOptions({ input: { projectId } }));
  return (
    <Loaded query={sets}>
      {(list) => {
        const set = list.find((one) => one.id === params.setId);
        if (set) return <SetView set={set} />;
        return (
          <PageFrame title={texts.title}>
            <EmptyState
              title={texts.gone}
              action={<ButtonLink href={href('questions', { projectId })}>{texts.back}</ButtonLink>}
            />
          </PageFrame>
        );
      }}
    </Loaded>
  );
}

function SetView({ set }: { readonly set: QuestionSet }) {
  const queries = useQueryClient();
  const refresh = (): void => void queries.invalidateQueries({ queryKey: api.questions.key() });
  const change = useMutation(api.questions.rename.mutationOptions({ onSuccess: refresh }));
  const [isExporting, setExporting] = useState(false);
  return (
    <PageFrame title={set.name} sentence={`${formatCount(set.count, 'question')}. ${texts.roleHelp[set.role]}`}>
      <div className="row row-end">
        <Field label={texts.role}>
          {(ids) => (
            <Select
              {...ids}
              value={set.role}
              options={ROLES}
              onChange={(role) => change.mutate({ id: set.id, name: set.name, role })}
            />
          )}
        </Field>
        <RenameButton
          name={set.name}
          label={texts.rename}
          onRename={(name) => change.mutate({ id: set.id, name, role: set.role })}
        />
        <Button onClick={() => setExporting(true)}>{fileTexts.export}</Button>
        <QuestionExportDialog set={set} isOpen={isExporting} onClose={() => setExporting(false)} />
        <RemoveSet set={set} onRemoved={refresh} />
      </div>
      {change.isError && <ErrorView error={change.error} />}
      <Rows id={set.id} />
    </PageFrame>
  );
}

function Rows({ id }: { readonly id: QuestionSetId }) {
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const settled = useDebounced(search, SETTLE_MS);
  const rows = useQuery(
    api.questions.rows.queryOptions({
      input: { id, search: settled, offset, limit: PAGE },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <section className="stack question-rows" aria-label={texts.title}>
      <SearchInput
        aria-label={texts.search}
        placeholder={texts.search}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setOffset(0);
        }}
      />
      <Loaded query={rows}>
        {({ rows: list, total }) =>
          total === 0 ? (
            <p className="muted">{texts.noMatch}</p>
          ) : (
            <>
              <Table caption={texts.list} columns={COLUMNS} rows={list} rowKey={(row) => row.id} />
              {total > PAGE && (
                <div className="row">
                  <Button
                    disabledReason={offset === 0 ? texts.atStart : null}
                    onClick={() => setOffset(Math.max(0, offset - PAGE))}
                  >
                    {texts.previous}
                  </Button>
                  <span className="muted">
                    {texts.shown(formatInteger(offset + 1), formatInteger(offset + list.length), formatInteger(total))}
                  </span>
                  <Button
                    disabledReason={offset + list.length >= total ? texts.atEnd : null}
                    onClick={() => setOffset(offset + PAGE)}
                  >
                    {texts.next}
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

const COLUMNS: readonly Column<QuestionRow>[] = [
  { id: 'id', title: texts.id, width: '150px', cell: (row) => <span className="mono muted small">{row.id}</span> },
  { id: 'question', title: texts.question, cell: (row) => row.prompt },
  {
    id: 'answer',
    title: texts.answer,
    width: '120px',
    isNumber: true,
    cell: (row) => shortAnswer(row.referenceAnswer),
  },
];

/** The end of a worked-out answer; the whole of a short one. */
function shortAnswer(answer: string): string {
  return answer.length <= 24 ? answer : `…${answer.slice(-16)}`;
}

function RemoveSet({ set, onRemoved }: { readonly set: QuestionSet; readonly onRemoved: () => void }) {
  const remove = useMutation(
    api.questions.remove.mutationOptions({
      onSuccess: () => {
        navigate('questions', { projectId: set.projectId });
        onRemoved();
      },
    }),
  );
  return (
    <ConfirmButton
      label={texts.remove}
      title={texts.removeTitle(set.name)}
      act={() => remove.mutateAsync({ id: set.id })}
    >
      {texts.removeBody}
    </ConfirmButton>
  );
}
