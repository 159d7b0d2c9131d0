import type { Run } from '@contracts/runs';
import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import { MAX_TEXT_LOSS_CHANGE } from '@core/tokens/tokens-config';
import { formatInteger, formatNumber } from '../../lib/format';
import { TokenMark } from '../../tokens/TokenMark';
import { Mark } from '../../ui/marks';
import { Facts } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { texts } from './texts/en';

const words = texts.check;

/** The test that ran with the tokens: ordinary text is as likely as before, and every token can be sampled. With all its figures. */
export function TokenCheck({ run }: { readonly run: Run }) {
  const figure = (name: string): number | null => {
    const value = run.result[name];
    return typeof value === 'number' ? value : null;
  };
  const tokens = tokensOf(run).flatMap((token) => {
    const probability = figure(`p_${token.name}`);
    return probability === null ? [] : [{ token, probability }];
  });
  const [before, after] = [figure('textLossBefore'), figure('textLossAfter')];
  const [rowsBefore, rowsAfter, spare] = [figure('rowsBefore'), figure('rowsAfter'), figure('spareRowsUsed')];
  const change = before === null || after === null ? null : after - before;
  const most = Math.max(...tokens.map(({ probability }) => probability), Number.MIN_VALUE);
  if (tokens.length === 0) return null;
  return (
    <section className="stack" aria-label={words.title}>
      <h3>{words.title}</h3>
      <Verdict
        change={change}
        // Worse than giving every row the same chance: no text of this model's language.
        isStrange={before !== null && rowsBefore !== null && before > Math.log(rowsBefore)}
        least={Math.min(...tokens.map(({ probability }) => probability))}
      />
      <Facts
        rows={[
          before === null || after === null || change === null
            ? null
            : [
                words.textLoss,
                words.textLossOf(formatNumber(before, 4), formatNumber(after, 4), formatNumber(change, 5)),
              ],
          rowsBefore === null || rowsAfter === null || spare === null
            ? null
            : [words.rows, words.rowsOf(formatInteger(spare), formatInteger(rowsAfter - rowsBefore))],
          typeof run.result['isTied'] === 'boolean'
            ? [words.tied, run.result['isTied'] ? words.tiedYes : words.tiedNo]
            : null,
        ]}
      />
      <Table caption={words.title} columns={columnsFor(most)} rows={tokens} rowKey={({ token }) => token.name} />
    </section>
  );
}

interface Sampled {
  readonly token: FunctionalToken;
  readonly probability: number;
}

const columnsFor = (most: number): readonly Column<Sampled>[] => [
  {
    id: 'token',
    title: words.token,
    width: '170px',
    cell: ({ token }) => <TokenMark kind={token.name} token={token} />,
  },
  {
    id: 'probability',
    title: words.probability,
    width: '220px',
    isNumber: true,
    cell: ({ probability }) => formatNumber(probability, 3),
  },
  {
    id: 'share',
    title: words.share,
    cell: ({ probability }) => (
      <meter className="token-meter" min={0} max={most} value={probability} aria-hidden="true" />
    ),
  },
];

/** The tokens that a run brought in, as they were when it started. */
export function tokensOf(run: Run): readonly FunctionalToken[] {
  return (run.spec.kind === 'tokens' && run.spec.tokenSet?.tokens) || FUNCTIONAL_TOKENS;
}

function Verdict({
  change,
  isStrange,
  least,
}: {
  readonly change: number | null;
  readonly isStrange: boolean;
  readonly least: number;
}) {
  if (isStrange && least > 0)
    return (
      <Mark tone="warn" glyph="!">
        {words.strangeText}
      </Mark>
    );
  const failure =
    change !== null && Math.abs(change) > MAX_TEXT_LOSS_CHANGE
      ? words.failedLoss(formatNumber(change, 4), formatNumber(MAX_TEXT_LOSS_CHANGE, 2))
      : least > 0
        ? null
        : words.failedToken;
  return (
    <Mark tone={failure === null ? 'good' : 'bad'} glyph={failure === null ? '✓' : '✗'}>
      {failure ?? words.passed}
    </Mark>
  );
}
