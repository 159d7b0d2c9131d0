import { useQuery } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { STAGES } from '../../app/stages';
import { api } from '../../lib/api';
import { formatDuration, formatMoment } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { Loaded } from '../../ui/Loaded';
import { Table, type Column } from '../../ui/Table';
import { RunStatusMark } from '../stages/RunStatusMark';
import { describeRun } from '../stages/run-facts';
import { ProjectTrash } from '../trash/ProjectTrash';
import { texts } from './texts/en';

/** Everything that was ever started, newest first. */
export function RunsPage({ params }: PageProps<'runs'>) {
  const projectId = ProjectId.parse(params.projectId);
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId } }));
  return (
    <PageFrame title={texts.runsTitle} sentence={texts.runsSentence}>
      <ProjectTrash projectId={projectId} />
      <Loaded query={runs}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={texts.noRuns}>{texts.noRunsBody}</EmptyState>
          ) : (
            <Table
              caption={texts.runsTitle}
              columns={columnsAt(Date.now())}
              rows={[...list].sort((a, b) => b.createdAtMs - a.createdAtMs)}
              rowKey={(run) => run.id}
            />
          )
        }
      </Loaded>
    </PageFrame>
  );
}

function columnsAt(nowMs: number): readonly Column<Run>[] {
  const words = texts.columns;
  return [
    {
      id: 'name',
      title: words.name,
      cell: (run) => <a href={href('run', { projectId: run.projectId, runId: run.id })}>{run.name}</a>,
      width: '220px',
    },
    { id: 'kind', title: words.kind, cell: (run) => STAGES[run.kind].name, width: '110px' },
    { id: 'status', title: words.status, cell: (run) => <RunStatusMark status={run.status} />, width: '120px' },
    { id: 'figures', title: words.figures, cell: describeRun },
    {
      id: 'seconds',
      title: words.seconds,
      cell: (run) => formatDuration(run.activeSeconds),
      isNumber: true,
      width: '100px',
    },
    {
      id: 'started',
      title: words.started,
      cell: (run) => formatMoment(run.createdAtMs, nowMs),
      isNumber: true,
      width: '120px',
    },
  ];
}
