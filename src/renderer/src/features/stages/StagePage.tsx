import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { inWindowWords } from '../../app/host-words';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import { STAGES } from '../../app/stages';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { formatDuration, formatMoment } from '../../lib/format';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { describeRun } from './run-facts';
import { RunStatusMark } from './RunStatusMark';
import { texts } from './texts/en';
import './stage.css';

export interface StagePageProps {
  readonly kind: JobKind;
  readonly projectId: ProjectId;
  /** What the newest finished run made, with the ways on. */
  readonly renderProduct?: (run: Run) => ReactNode;
  /** Everything the stage has made so far: trees, data sets, evaluations. Stands before the runs. */
  readonly products?: ReactNode;
  /** Below the runs: what helps to understand the stage. */
  readonly details?: ReactNode;
}

/** Page of a stage: its sentence, its one button, what it made (newest first), then the details. */
export function StagePage({ kind, projectId, renderProduct, products, details }: StagePageProps) {
  const info = STAGES[kind];
  const runs = useQuery(api.runs.list.queryOptions({ input: { projectId, kind } }));
  return (
    <PageFrame title={info.name} sentence={info.sentence} action={<StartStage kind={kind} projectId={projectId} />}>
      <Loaded query={runs}>
        {(list) => {
          const sorted = [...list].sort((a, b) => b.createdAtMs - a.createdAtMs);
          const finished = sorted.find((run) => run.status === 'finished');
          if (sorted.length === 0)
            return (
              <>
                <EmptyState title={texts.empty(info.name)}>{info.sentence}</EmptyState>
                {products}
              </>
            );
          return (
            <>
              {finished && renderProduct && <Panel title={finished.name}>{renderProduct(finished)}</Panel>}
              {products}
              <Panel title={texts.older}>
                <Table
                  caption={texts.older}
                  columns={COLUMNS}
                  rows={sorted}
                  rowKey={(run) => run.id}
                  onSelect={(run) => navigate('run', { projectId, runId: run.id })}
                />
              </Panel>
            </>
          );
        }}
      </Loaded>
      {details}
    </PageFrame>
  );
}

/** The primary button of a stage; where the stage cannot start yet, its reason stands beside. */
export function StartStage({ kind, projectId }: { readonly kind: JobKind; readonly projectId: ProjectId }) {
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: projectId } }));
  const stage = overview.data?.road.find((one) => one.kind === kind);
  const reason = stage?.state === 'not-yet' ? inWindowWords(stage.reason) : null;
  return (
    <Button look="primary" disabledReason={reason} onClick={() => navigate(STAGES[kind].start, { projectId })}>
      {STAGES[kind].verb}
    </Button>
  );
}

const COLUMNS: readonly Column<Run>[] = [
  {
    id: 'name',
    title: texts.name,
    cell: (run) => <a href={href('run', { projectId: run.projectId, runId: run.id })}>{run.name}</a>,
  },
  { id: 'state', title: texts.state, width: '120px', cell: (run) => <RunStatusMark status={run.status} /> },
  { id: 'result', title: texts.result, cell: describeRun },
  { id: 'took', title: texts.took, width: '90px', isNumber: true, cell: (run) => formatDuration(run.activeSeconds) },
  {
    id: 'when',
    title: texts.when,
    width: '130px',
    isNumber: true,
    cell: (run) => formatMoment(run.createdAtMs, Date.now()),
  },
];
