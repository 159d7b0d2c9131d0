import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TrashedProject } from '@contracts/projects';
import { api } from '../../lib/api';
import { formatMoment } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { texts } from './texts/en';

/** A deletion is fresh for so long: its undo stands in the open. */
const FRESH_MS = 60_000;

/** Deleted projects: the newest with its undo in the open, all of them in a fold. Nothing where none is there. */
export function TrashList() {
  const queries = useQueryClient();
  const trash = useQuery(api.projects.trash.queryOptions({ input: {} }));
  const refresh = (): void => void queries.invalidateQueries({ queryKey: api.projects.key() });
  const restore = useMutation(api.projects.restore.mutationOptions({ onSuccess: refresh }));
  const destroy = useMutation(api.projects.deleteForGood.mutationOptions({ onSuccess: refresh }));
  const list = trash.data ?? [];
  const [newest] = list;
  const undo = ({ project }: TrashedProject) => (
    <Button onClick={() => restore.mutate({ id: project.id })}>{texts.trash.undo}</Button>
  );
  return (
    <div role="status">
      {newest && Date.now() - newest.removedAtMs < FRESH_MS && (
        <Notice tone="info">
          <span className="row">
            {texts.trash.deleted(newest.project.name)}
            {undo(newest)}
          </span>
        </Notice>
      )}
      {list.length > 0 && (
        <Disclosure summary={texts.trash.title(list.length)}>
          <ul className="stack">
            {list.map((entry) => (
              <li key={entry.project.id} className="row">
                <strong>{entry.project.name}</strong>
                <span className="muted small">{texts.trash.gone(formatMoment(entry.goneAtMs, Date.now()))}</span>
                {undo(entry)}
                <Button look="danger" onClick={() => destroy.mutate({ id: entry.project.id })}>
                  {texts.trash.forGood}
                </Button>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
      {restore.isError && <ErrorView error={restore.error} />}
      {destroy.isError && <ErrorView error={destroy.error} />}
    </div>
  );
}
