import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import { navigate, type PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { formatBytes, formatMoment, formatParameters } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorView } from '../../ui/ErrorView';
import { Loaded } from '../../ui/Loaded';
import { Mark, Notice } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { ProjectTrash } from '../trash/ProjectTrash';
import { ImportRuns } from './ImportRuns';
import { ModelInspector } from './ModelInspector';
import { texts } from './texts/en';

/** Every model and checkpoint of the project; the chosen one opens in the inspector. */
export function ModelPage({ params, query }: PageProps<'model'>) {
  const projectId = ProjectId.parse(params.projectId);
  // The address holds the choice, so that links from elsewhere and the back button work.
  const chosen = query.get('checkpoint');
  const choose = (checkpoint: string | null): void => navigate('model', { projectId }, { checkpoint });
  const queries = useQueryClient();
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  const refresh = (): void => void queries.invalidateQueries({ queryKey: api.models.key() });
  const rename = useMutation(api.models.rename.mutationOptions({ onSuccess: refresh }));
  const { sentence, verb } = STAGES.import;
  const selected = checkpoints.data?.find((one) => one.id === chosen) ?? null;
  return (
    <PageFrame
      title={STAGES.import.name}
      sentence={sentence}
      action={
        <ButtonLink look="primary" href={href('modelImport', { projectId })}>
          {verb}
        </ButtonLink>
      }
    >
      {chosen !== null && checkpoints.data && !selected && <Notice>{texts.gone}</Notice>}
      <ImportRuns projectId={projectId} />
      {rename.isError && <ErrorView error={rename.error} />}
      <ProjectTrash projectId={projectId} />
      <Loaded query={checkpoints}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={texts.empty}>{texts.emptyBody}</EmptyState>
          ) : (
            <Panel title={texts.list}>
              <Table
                caption={texts.list}
                columns={columnsFor(projectId)}
                rows={[...list].sort((a, b) => b.createdAtMs - a.createdAtMs)}
                rowKey={(one) => one.id}
                selectedKey={chosen}
                onSelect={(one) => choose(one.id)}
              />
            </Panel>
          )
        }
      </Loaded>
      {selected && (
        <ModelInspector
          checkpoint={selected}
          all={checkpoints.data ?? []}
          onRename={(name) => rename.mutate({ id: selected.id, name })}
          onRemoved={() => {
            choose(null);
            refresh();
          }}
          onClose={() => choose(null)}
        />
      )}
    </PageFrame>
  );
}

function columnsFor(projectId: ProjectId): readonly Column<Checkpoint>[] {
  return [
    {
      id: 'name',
      title: texts.name,
      cell: (one) => (
        <>
          <a href={href('model', { projectId }, { checkpoint: one.id })}>{one.name}</a>
          {one.isMissing && (
            <Mark tone="bad" glyph="!">
              {texts.missing}
            </Mark>
          )}
          {!one.isFinal && <span className="muted small"> {texts.onTheWay}</span>}
        </>
      ),
    },
    { id: 'origin', title: texts.origin, width: '110px', cell: (one) => texts.origins[one.origin] },
    {
      id: 'size',
      title: texts.size,
      width: '80px',
      isNumber: true,
      cell: (one) => formatParameters(one.parameterCount),
    },
    {
      id: 'tokens',
      title: texts.tokens,
      width: '100px',
      cell: (one) => (one.hasFunctionalTokens ? texts.hasTokens : texts.noTokens),
    },
    { id: 'disk', title: texts.disk, width: '80px', isNumber: true, cell: (one) => formatBytes(one.sizeBytes) },
    {
      id: 'when',
      title: texts.when,
      width: '120px',
      isNumber: true,
      cell: (one) => formatMoment(one.createdAtMs, Date.now()),
    },
  ];
}
