import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Server } from '@contracts/servers';
import { api } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Mark, Notice } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { ServerDialog } from './ServerDialog';
import { serverTexts as texts } from './texts/servers.en';
import './servers.css';

/** Servers where a search may run its model: nothing is contacted before a person tests or chooses one. */
export function ServersPanel() {
  const found = useQuery(api.servers.list.queryOptions({ input: {} }));
  const [edited, setEdited] = useState<Server | 'new' | null>(null);
  return (
    <Panel title={texts.title} actions={<Button onClick={() => setEdited('new')}>{texts.add}</Button>}>
      <p className="muted">{texts.sentence}</p>
      <Loaded query={found}>
        {({ servers, keyStore }) => (
          <>
            {servers.length > 0 && (
              <ul className="servers" aria-label={texts.title}>
                {servers.map((server) => (
                  <ServerRow key={server.id} server={server} onEdit={() => setEdited(server)} />
                ))}
              </ul>
            )}
            {edited !== null && (
              <ServerDialog
                key={edited === 'new' ? 'new' : edited.id}
                server={edited === 'new' ? null : edited}
                keyStore={keyStore}
                onClose={() => setEdited(null)}
              />
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function ServerRow({
  server,
  onEdit,
}: {
  readonly server: Server & { readonly hasKey: boolean };
  readonly onEdit: () => void;
}) {
  const queries = useQueryClient();
  const test = useMutation(api.servers.test.mutationOptions());
  const remove = useMutation(
    api.servers.remove.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: api.servers.key() }),
    }),
  );
  return (
    <li className="server">
      <div className="row">
        <b>{server.name}</b>
        <span className="mono small server-url">{server.url}</span>
        <span className="muted small">{server.model}</span>
        {server.keySource !== 'none' && !server.hasKey && (
          <Mark tone="warn" glyph="!">
            {texts.noKey}
          </Mark>
        )}
      </div>
      <div className="row">
        <Button isBusy={test.isPending} onClick={() => test.mutate({ id: server.id })}>
          {texts.test}
        </Button>
        <Button look="quiet" onClick={onEdit}>
          {texts.edit}
        </Button>
        <Button look="quiet" isBusy={remove.isPending} onClick={() => remove.mutate({ id: server.id })}>
          {texts.remove}
        </Button>
      </div>
      {test.data && (
        <div role="status">
          <Mark tone="good" glyph="✓">
            {texts.works(formatInteger(Math.round(test.data.answerMs)), test.data.tokens)}
          </Mark>
          {!test.data.countsTokens && <Notice tone="info">{texts.noUsage}</Notice>}
        </div>
      )}
      {test.isError && <ErrorView error={test.error} />}
      {remove.isError && <ErrorView error={remove.error} />}
    </li>
  );
}
