import type { TokenNeighbours } from '@contracts/models';
import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import { formatNumber } from '../lib/format';
import { TokenMark } from '../tokens/TokenMark';
import { Table, type Column } from '../ui/Table';
import { neighbourTexts as texts } from './texts/neighbours.en';
import './token-sets.css';

/** The ordinary tokens nearest to each functional token, one list or several side by side. */
export function NeighbourTable({
  caption,
  tokens,
  lists,
}: {
  readonly caption: string;
  /** Null for the eight. */
  readonly tokens: readonly FunctionalToken[] | null;
  readonly lists: readonly { readonly title: string; readonly rows: readonly TokenNeighbours[] }[];
}) {
  const all: readonly FunctionalToken[] = tokens ?? FUNCTIONAL_TOKENS;
  const tagOf = (surface: string) => all.find(({ open, close }) => surface === open || surface === close);
  const surfaces = lists[0]?.rows.map(({ surface }) => surface) ?? [];
  const columns: readonly Column<string>[] = [
    {
      id: 'token',
      title: texts.token,
      width: '130px',
      cell: (surface) => {
        const token = tagOf(surface);
        return token ? <TokenMark kind={token.name} token={token} /> : null;
      },
    },
    { id: 'tag', title: texts.tag, width: '130px', cell: (surface) => <code>{surface}</code> },
    ...lists.map(({ title, rows }, at): Column<string> => ({
      id: `near-${at}`,
      title,
      cell: (surface) => <Near row={rows.find((one) => one.surface === surface)} />,
    })),
  ];
  return <Table caption={caption} columns={columns} rows={surfaces} rowKey={(surface) => surface} />;
}

function Near({ row }: { readonly row: TokenNeighbours | undefined }) {
  if (!row) return null;
  if (row.near === null) return <span className="muted">{texts.noise}</span>;
  return (
    <span className="token-neighbours">
      {row.near.map(({ surface, cosine }, at) => (
        <span key={at} title={texts.cosine(formatNumber(cosine, 3))}>
          <code>{surface.replaceAll('\n', '⏎').replaceAll(' ', '␣')}</code>{' '}
          <span className="muted small">{formatNumber(cosine, 2)}</span>
        </span>
      ))}
    </span>
  );
}
