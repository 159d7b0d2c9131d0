import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import { api } from '../lib/api';
import { NeighbourTable } from '../token-sets/NeighbourTable';
import { Loaded } from '../ui/Loaded';
import { Disclosure } from '../ui/Panel';
import { Skeleton } from '../ui/Skeleton';
import { previewTexts as texts } from './texts/previews.en';

type TokensSpec = Extract<JobSpec, { kind: 'tokens' }>;

/** What the new rows will be near to. Reads the whole embedding, so it is asked for when it is opened. */
export function TokenNeighbours({ projectId, spec }: { readonly projectId: ProjectId; readonly spec: TokensSpec }) {
  const [isOpen, setOpen] = useState(false);
  const { checkpointId, tokenSet, config } = spec;
  const near = useQuery({
    ...api.previews.tokenNeighbours.queryOptions({ input: { projectId, checkpointId, tokenSet, config } }),
    enabled: isOpen,
  });
  return (
    <Disclosure summary={texts.tokens.neighbours} onToggle={setOpen}>
      <p className="muted small">{texts.tokens.neighboursHelp}</p>
      {isOpen && (
        <Loaded query={near} skeleton={<Skeleton lines={5} />}>
          {(rows) => (
            <NeighbourTable
              caption={texts.tokens.neighbours}
              tokens={tokenSet?.tokens ?? null}
              lists={[{ title: texts.tokens.columns.near, rows }]}
            />
          )}
        </Loaded>
      )}
    </Disclosure>
  );
}
