import { useMutation, useQuery } from '@tanstack/react-query';
import type { ProjectId } from '@contracts/ids';
import type { TrashedThing } from '@contracts/trash';
import { api } from '../../lib/api';
import { formatBytes, formatInteger, formatMoment } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { texts } from './texts/en';
import './trash.css';

/** A deletion is fresh for so long: its undo stands in the open. */
const FRESH_MS = 60_000;

/** What was deleted in a project: the newest with its undo in the open, all of it in a fold. Nothing where the trash is empty. */
export function ProjectTrash({ projectId }: { readonly projectId: ProjectId }) {
  const trash = useQuery(api.trash.list.queryOptions({ input: { projectId } }));
  const restore = useMutation(api.trash.restore.mutationOptions());
  const empty = useMutation(api.trash.empty.mutationOptions());
  const things = trash.data ?? [];
  const [newest] = things;
  const bytes = things.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const size = bytes > 0 ? formatBytes(bytes) : '';
  const back = (thing: TrashedThing) => (
    <Button aria-label={texts.restoreNamed(thing.name)} onClick={() => restore.mutate({ id: thing.id })}>
      {texts.restore}
    </Button>
  );
  return (
    <div role="status" className="stack trash">
      {newest && Date.now() - newest.removedAtMs < FRESH_MS && (
        <Notice tone="info">
          <span className="row">
            {texts.deleted(newest.name)}
            {back(newest)}
          </span>
        </Notice>
      )}
      {things.length === 0 && empty.data && empty.data.freedBytes > 0 && (
        <Notice tone="good">{texts.emptied(formatBytes(empty.data.freedBytes))}</Notice>
      )}
      {things.length > 0 && (
        <Disclosure summary={texts.title(formatInteger(things.length), size)}>
          <div className="stack">
            <p className="muted">{texts.sentence}</p>
            <Table caption={texts.sentence} columns={columnsWith(back)} rows={things} rowKey={(thing) => thing.id} />
            <div>
              <ConfirmButton
                look="danger"
                label={texts.empty}
                title={texts.emptyTitle}
                act={() => empty.mutateAsync({ projectId })}
              >
                {texts.emptyBody(formatInteger(things.length), formatBytes(bytes))}
              </ConfirmButton>
            </div>
          </div>
        </Disclosure>
      )}
      {restore.isError && <ErrorView error={restore.error} />}
    </div>
  );
}

function columnsWith(back: (thing: TrashedThing) => React.ReactNode): readonly Column<TrashedThing>[] {
  const words = texts.columns;
  return [
    { id: 'name', title: words.name, cell: (thing) => thing.name },
    { id: 'kind', title: words.kind, cell: (thing) => texts.kinds[thing.kind], width: '120px' },
    {
      id: 'size',
      title: words.size,
      cell: (thing) => (thing.sizeBytes > 0 ? formatBytes(thing.sizeBytes) : '–'),
      isNumber: true,
      width: '90px',
    },
    {
      id: 'removed',
      title: words.removed,
      cell: (thing) => formatMoment(thing.removedAtMs, Date.now()),
      isNumber: true,
      width: '130px',
    },
    { id: 'way', title: words.way, cell: back, width: '130px' },
  ];
}
