import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import type { PageProps } from '../../app/router';
import { TokenMark } from '../../tokens/TokenMark';
import { formatNumber } from '../../lib/format';
import { Facts, Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { CheckpointProduct } from './CheckpointProduct';
import { StagePage } from './StagePage';
import { TokenStrip } from './TokenStrip';
import { texts } from './texts/en';

/** The eight tokens: what each means, what may follow, and the models that have them. */
export function TokensPage({ params }: PageProps<'tokens'>) {
  const projectId = ProjectId.parse(params.projectId);
  return (
    <StagePage
      kind="tokens"
      projectId={projectId}
      renderProduct={(run) => (
        <div className="stack">
          <TokenCheck run={run} />
          <CheckpointProduct run={run} ways={['search', 'evaluate']} />
        </div>
      )}
      details={
        <>
          <Panel title={texts.theEight}>
            <p className="muted">{texts.theEightHelp}</p>
            <div className="token-table">
              <Table
                caption={texts.theEight}
                columns={COLUMNS}
                rows={FUNCTIONAL_TOKENS}
                rowKey={(token) => token.name}
              />
            </div>
          </Panel>
          <Panel title={texts.strip}>
            <TokenStrip projectId={projectId} />
          </Panel>
        </>
      }
    />
  );
}

/** The integration test that ran with the tokens: ordinary text is as likely as before, and every token can be sampled. */
function TokenCheck({ run }: { readonly run: Run }) {
  const figure = (name: string): number | null => {
    const value = run.result[name];
    return typeof value === 'number' ? value : null;
  };
  const [before, after, least] = [figure('textLossBefore'), figure('textLossAfter'), figure('smallestProbability')];
  return (
    <Facts
      rows={[
        before === null || after === null
          ? null
          : [texts.check.textLoss, texts.check.textLossOf(formatNumber(before, 4), formatNumber(after, 4))],
        least === null ? null : [texts.check.least, texts.check.leastOf(formatNumber(least))],
      ]}
    />
  );
}

const COLUMNS: readonly Column<FunctionalToken>[] = [
  { id: 'token', title: texts.token, width: '130px', cell: (token) => <TokenMark kind={token.name} /> },
  { id: 'surface', title: texts.opens, width: '140px', cell: (token) => <code>{token.open}</code> },
  { id: 'meaning', title: texts.meaning, cell: (token) => token.meaning },
  {
    id: 'follows',
    title: texts.follows,
    width: '34%',
    cell: (token) =>
      token.followedBy.length === 0 ? (
        <span className="muted">{texts.end}</span>
      ) : (
        <span className="row">
          {token.followedBy.map((name) => (
            <TokenMark key={name} kind={name} />
          ))}
        </span>
      ),
  },
];
