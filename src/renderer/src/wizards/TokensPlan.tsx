import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { TokensPlan as Plan } from '@contracts/previews';
import { WithTerms } from '../glossary/WithTerms';
import { api } from '../lib/api';
import { formatInteger } from '../lib/format';
import { useDebounced } from '../lib/use-debounced';
import { TokenMark } from '../tokens/TokenMark';
import { Loaded } from '../ui/Loaded';
import { Skeleton } from '../ui/Skeleton';
import { Table, type Column } from '../ui/Table';
import { TokenNeighbours } from './TokenNeighbours';
import { previewTexts as texts } from './texts/previews.en';
import './previews.css';

type TokensSpec = Extract<JobSpec, { kind: 'tokens' }>;
type Row = Plan['rows'][number];

const SETTLE_MS = 250;

/** Which row each new token takes and what it begins as, as the run will do it. */
export function TokensPlan({ projectId, spec }: { readonly projectId: ProjectId; readonly spec: TokensSpec }) {
  const settled = useDebounced(spec, SETTLE_MS);
  const { checkpointId, tokenSet, config } = settled;
  const plan = useQuery(
    api.previews.tokens.queryOptions({
      input: { projectId, checkpointId, tokenSet, config },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <section className="stack" aria-label={texts.tokens.title}>
      <h2>{texts.tokens.title}</h2>
      <Loaded query={plan} skeleton={<Skeleton lines={5} />}>
        {(data) => (
          <>
            <p>
              <WithTerms
                text={texts.tokens.sentence(
                  formatInteger(data.oldTokens),
                  formatInteger(data.oldRows),
                  formatInteger(data.spareRowsUsed),
                  data.newRows === data.oldRows ? null : formatInteger(data.newRows),
                )}
              />{' '}
              <WithTerms text={data.isTied ? texts.tokens.tied : texts.tokens.apart} />
            </p>
            <Table
              caption={texts.tokens.title}
              columns={columnsOf(tokenSet?.tokens ?? FUNCTIONAL_TOKENS)}
              rows={data.rows}
              rowKey={({ surface }) => surface}
            />
            <TokenNeighbours projectId={projectId} spec={settled} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const columnsOf = (tokens: readonly FunctionalToken[]): readonly Column<Row>[] => [
  {
    id: 'token',
    title: texts.tokens.columns.token,
    width: '150px',
    cell: ({ surface }) => {
      const token = tokens.find(({ open, close }) => surface === open || surface === close);
      return token ? <TokenMark kind={token.name} token={token} /> : null;
    },
  },
  { id: 'surface', title: texts.tokens.columns.surface, width: '150px', cell: ({ surface }) => <code>{surface}</code> },
  { id: 'row', title: texts.tokens.columns.row, width: '72px', isNumber: true, cell: ({ id }) => formatInteger(id) },
  {
    id: 'start',
    title: texts.tokens.columns.start,
    cell: ({ pieces, isNoise }) =>
      isNoise ? (
        texts.tokens.noise
      ) : pieces === null ? (
        texts.tokens.wholeMean
      ) : (
        <span className="token-pieces">
          <span className="muted">{pieces.length === 1 ? texts.tokens.copyOf : texts.tokens.meanOf}</span>{' '}
          {pieces.map((piece, at) => (
            <span key={at} className="batch-token" data-use="question">
              {piece.replaceAll('\n', '⏎')}
            </span>
          ))}
        </span>
      ),
  },
];
