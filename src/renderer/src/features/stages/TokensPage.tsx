import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { RFTT_TOKEN_SET, type TokenSetData } from '@core/tokens/token-set';
import { ProjectId } from '@contracts/ids';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { QUESTION } from '../../token-sets/edit-set';
import { GrammarGraph } from '../../token-sets/GrammarGraph';
import { TokenMark } from '../../tokens/TokenMark';
import { factsOf } from '../../tokens/token-facts';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { CheckpointProduct } from './CheckpointProduct';
import { StagePage } from './StagePage';
import { TokenCheck } from './TokenCheck';
import { TokenNeighbourhood } from './TokenNeighbourhood';
import { TokenStrip } from './TokenStrip';
import { UndoTokens } from './UndoTokens';
import { texts } from './texts/en';

type Token = TokenSetData['tokens'][number];

/** The functional tokens: the test they came through, what each means, what may follow, what their rows are near to. */
export function TokensPage({ params }: PageProps<'tokens'>) {
  const projectId = ProjectId.parse(params.projectId);
  return (
    <StagePage
      kind="tokens"
      projectId={projectId}
      renderProduct={(run) => (
        <div className="stack">
          <CheckpointProduct run={run} ways={['search', 'evaluate']} />
          <TokenCheck run={run} />
          <div>
            <UndoTokens run={run} />
          </div>
        </div>
      )}
      details={
        <>
          <TheSet projectId={projectId} />
          <Panel title={texts.neighbours.title}>
            <TokenNeighbourhood projectId={projectId} />
          </Panel>
          <Panel title={texts.strip}>
            <TokenStrip projectId={projectId} />
          </Panel>
        </>
      }
    />
  );
}

/** The tokens of the newest model that has any, else the eight. */
function TheSet({ projectId }: { readonly projectId: ProjectId }) {
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const [looked, setLooked] = useState<string>(QUESTION);
  const newest = [...(checkpoints.data ?? [])].reverse().find((one) => one.hasFunctionalTokens);
  const set = newest?.tokenSet ?? RFTT_TOKEN_SET;
  const title = newest?.tokenSet ? texts.theSet(set.name) : texts.theEight;
  return (
    <>
      <Panel title={title}>
        <p className="muted">{texts.theEightHelp}</p>
        <div className="token-table">
          <Table caption={title} columns={columnsOf(set)} rows={set.tokens} rowKey={(token) => token.name} />
        </div>
      </Panel>
      <Panel title={texts.grammar}>
        <p className="muted">{texts.grammarHelp}</p>
        <GrammarGraph set={set} selected={looked} onSelect={setLooked} />
      </Panel>
    </>
  );
}

function columnsOf(set: TokenSetData): readonly Column<Token>[] {
  return [
    { id: 'token', title: texts.token, width: '130px', cell: (token) => <TokenMark kind={token.name} token={token} /> },
    { id: 'surface', title: texts.opens, width: '140px', cell: (token) => <code>{token.open}</code> },
    { id: 'meaning', title: texts.meaning, cell: (token) => factsOf(token).meaning },
    {
      id: 'follows',
      title: texts.follows,
      width: '34%',
      cell: (token) =>
        token.followedBy.length === 0 ? (
          <span className="muted">{texts.end}</span>
        ) : (
          <span className="row">
            {set.tokens
              .filter(({ name }) => token.followedBy.includes(name))
              .map((next) => (
                <TokenMark key={next.name} kind={next.name} token={next} />
              ))}
          </span>
        ),
    },
  ];
}
