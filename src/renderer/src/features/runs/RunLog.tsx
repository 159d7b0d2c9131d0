import { useQuery } from '@tanstack/react-query';
import type { RunId } from '@contracts/ids';
import { api } from '../../lib/api';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

/** What the engine wrote down, oldest first; warnings stand out by word and weight. */
export function RunLog({ runId }: { readonly runId: RunId }) {
  const logs = useQuery(api.runs.logs.queryOptions({ input: { id: runId, limit: 1000 } }));
  const lines = logs.data ?? [];
  return (
    <Panel title={texts.log}>
      {lines.length === 0 ? (
        <p className="run-quiet">{texts.logEmpty}</p>
      ) : (
        <ol className="run-log" tabIndex={0} aria-label={texts.log}>
          {lines.map((line, i) => (
            <li key={i} data-level={line.level}>
              <time>{new Date(line.atMs).toLocaleTimeString()}</time> {line.level !== 'info' && <b>{line.level}</b>}{' '}
              {line.message}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
