import { useQuery } from '@tanstack/react-query';
import type { DatasetId } from '@contracts/ids';
import { api } from '../../lib/api';
import { formatMoment } from '../../lib/format';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

const LINES = 20;

/** The newest decisions, those taken back struck through. */
export function Journal({ datasetId }: { readonly datasetId: DatasetId }) {
  const journal = useQuery(api.examples.journal.queryOptions({ input: { datasetId, limit: LINES } }));
  return (
    <Panel title={texts.journal}>
      <Loaded query={journal}>
        {(entries) =>
          entries.length === 0 ? (
            <p className="review-quiet">{texts.journalEmpty}</p>
          ) : (
            <ol className="review-journal">
              {entries.map((entry) => (
                <li key={entry.id}>
                  {entry.isUndone ? <del>{entry.description}</del> : entry.description}
                  <span className="review-quiet"> {formatMoment(entry.madeAtMs, Date.now())}</span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}
