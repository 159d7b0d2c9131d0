import { useQuery } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { Dataset } from '@contracts/examples';
import { href } from '../../app/route-paths';
import { navigate, type PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatInteger, formatMoment } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { StagePage } from '../stages/StagePage';
import { STAGES } from '../../app/stages';
import { ProjectTrash } from '../trash/ProjectTrash';
import { BrokenImports } from './BrokenImports';
import { texts as fileTexts } from '../data-files/texts/en';
import { texts } from './texts/en';
import './review.css';

/** The stage where examples are made, and the data sets to review. */
export function ExamplesPage({ params }: PageProps<'examples'>) {
  const projectId = ProjectId.parse(params.projectId);
  const datasets = useQuery(api.examples.datasets.queryOptions({ input: { projectId } }));
  return (
    <StagePage
      kind="examples"
      projectId={projectId}
      renderProduct={(run) => (
        <div className="row">
          {run.outputs.datasetId && (
            <ButtonLink href={href('dataset', { projectId, datasetId: run.outputs.datasetId })}>
              {texts.review}
            </ButtonLink>
          )}
          <ButtonLink href={href('sftNew', { projectId }, { dataset: run.outputs.datasetId })}>
            {STAGES.sft.verb}
          </ButtonLink>
        </div>
      )}
      products={
        <Loaded query={datasets}>
          {(list) =>
            list.length === 0 ? (
              <div className="stack">
                <ImportLink projectId={projectId} />
                <ProjectTrash projectId={projectId} />
              </div>
            ) : (
              <Panel title={texts.listTitle} actions={<ImportLink projectId={projectId} />}>
                <Table
                  caption={texts.listTitle}
                  columns={columnsOf(projectId)}
                  rows={[...list].sort((a, b) => b.createdAtMs - a.createdAtMs)}
                  rowKey={(dataset) => dataset.id}
                  onSelect={(dataset) => navigate('dataset', { projectId, datasetId: dataset.id })}
                />
                <BrokenImports datasets={list} />
                <ProjectTrash projectId={projectId} />
              </Panel>
            )
          }
        </Loaded>
      }
    />
  );
}

function ImportLink({ projectId }: { readonly projectId: ProjectId }) {
  return <ButtonLink href={href('examplesImport', { projectId })}>{fileTexts.import}</ButtonLink>;
}

function columnsOf(projectId: ProjectId): readonly Column<Dataset>[] {
  const words = texts.columns;
  return [
    {
      id: 'name',
      title: words.name,
      cell: (dataset) => <a href={href('dataset', { projectId, datasetId: dataset.id })}>{dataset.name}</a>,
    },
    {
      id: 'count',
      title: words.count,
      cell: (dataset) => formatInteger(dataset.count),
      isNumber: true,
      width: '100px',
    },
    {
      id: 'merged',
      title: words.merged,
      cell: (dataset) => formatInteger(dataset.mergedCount),
      isNumber: true,
      width: '100px',
    },
    {
      id: 'verdicts',
      title: words.verdicts,
      cell: ({ verdicts, count }) => texts.reviewed(verdicts.accepted + verdicts.rejected, count),
      isNumber: true,
      width: '120px',
    },
    {
      id: 'made',
      title: words.made,
      cell: (dataset) => formatMoment(dataset.createdAtMs, Date.now()),
      isNumber: true,
      width: '130px',
    },
  ];
}
