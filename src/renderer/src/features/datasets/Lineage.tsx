import { useQuery } from '@tanstack/react-query';
import type { Example } from '@contracts/examples';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { Loaded } from '../../ui/Loaded';
import { Facts, Panel, type Fact } from '../../ui/Panel';
import { texts } from './texts/en';

/** Where an example comes from and where it went, each a link. */
export function Lineage({ example, projectId }: { readonly example: Example; readonly projectId: string }) {
  const found = useQuery(api.examples.get.queryOptions({ input: { id: example.id } }));
  return (
    <Loaded query={found}>
      {({ lineage }) => {
        const rows: readonly (Fact | null)[] = [
          lineage.treeId && [
            texts.tree,
            <a key="tree" href={href('tree', { projectId, treeId: lineage.treeId })}>
              {example.questionId}
            </a>,
          ],
          lineage.searchRunId && [
            texts.run,
            <a key="search" href={href('run', { projectId, runId: lineage.searchRunId })}>
              {lineage.searchRunName}
            </a>,
          ],
          lineage.examplesRunId && [
            texts.madeBy,
            <a key="made" href={href('run', { projectId, runId: lineage.examplesRunId })}>
              {lineage.examplesRunName ?? texts.madeBy}
            </a>,
          ],
          lineage.questionSetId && [
            texts.set,
            <a key="set" href={href('questionSet', { projectId, setId: lineage.questionSetId })}>
              {lineage.questionSetName}
            </a>,
          ],
        ];
        return (
          <>
            <Facts rows={rows} />
            <Panel title={texts.usedIn}>
              {lineage.usedIn.length === 0 ? (
                <p className="review-quiet">{texts.unused}</p>
              ) : (
                <ul>
                  {lineage.usedIn.map((run) => (
                    <li key={run.runId}>
                      <a href={href('run', { projectId, runId: run.runId })}>{run.name}</a>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          </>
        );
      }}
    </Loaded>
  );
}
