import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId, RunId } from '@contracts/ids';
import type { TreeSummary } from '@contracts/trees';
import { href } from '../../app/route-paths';
import { navigate, type PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatInteger } from '../../lib/format';
import { Button, ButtonLink } from '../../ui/Button';
import { SearchInput, Select } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Mark } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { STAGES } from '../../app/stages';
import { StagePage } from '../stages/StagePage';
import { GrowingTrees } from './GrowingTrees';
import { texts } from './texts/en';
import './trees.css';

const FILTERS = ['all', 'solved', 'unsolved', 'mixed', 'all-right'] as const;
type Filter = (typeof FILTERS)[number];
const PAGE_ROWS = 100;

/** The stage where trees grow: its runs, then every tree of the project. */
export function TreesPage({ params, query }: PageProps<'trees'>) {
  const projectId = ProjectId.parse(params.projectId);
  return (
    <StagePage
      kind="search"
      projectId={projectId}
      renderProduct={(run) => (
        <div className="row">
          <ButtonLink href={href('examplesNew', { projectId }, { searchRun: run.id })}>
            {STAGES.examples.verb}
          </ButtonLink>
          <ButtonLink href={href('trees', { projectId }, { run: run.id })}>{texts.listTitle}</ButtonLink>
        </div>
      )}
      products={
        <>
          <GrowingTrees projectId={projectId} />
          <TreeList
            key={query.toString()}
            projectId={projectId}
            runId={query.get('run')}
            asked={FILTERS.find((filter) => filter === query.get('show')) ?? 'all'}
          />
        </>
      }
    />
  );
}

function TreeList({
  projectId,
  runId,
  asked,
}: {
  readonly projectId: ProjectId;
  readonly runId: string | null;
  /** Trees that a link asked for. */
  readonly asked: Filter;
}) {
  const [filter, setFilter] = useState<Filter>(asked);
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const input = {
    projectId,
    filter,
    search,
    offset,
    limit: PAGE_ROWS,
    ...(runId !== null && { runId: RunId.parse(runId) }),
  };
  const trees = useQuery(api.trees.list.queryOptions({ input, placeholderData: keepPreviousData }));
  if (trees.data?.total === 0 && filter === 'all' && search === '') return null;
  return (
    <Panel
      title={texts.listTitle}
      actions={
        <>
          <label className="tree-list-tool">
            {texts.show}
            <Select
              value={filter}
              options={FILTERS.map((value) => ({ value, label: texts.filters[value] }))}
              onChange={(value) => {
                setFilter(value);
                setOffset(0);
              }}
            />
          </label>
          <SearchInput
            aria-label={texts.search}
            placeholder={texts.search}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setOffset(0);
            }}
          />
        </>
      }
    >
      <Loaded query={trees}>
        {(data) => (
          <>
            {data.total === 0 ? (
              <p className="tree-quiet">{texts.none}</p>
            ) : (
              <Table
                caption={texts.listTitle}
                columns={COLUMNS_FOR(projectId)}
                rows={data.trees}
                rowKey={(tree) => tree.id}
                onSelect={(tree) => navigate('tree', { projectId, treeId: tree.id })}
              />
            )}
            {data.total > PAGE_ROWS && (
              <div className="row">
                <Button
                  disabledReason={offset === 0 ? ' ' : null}
                  onClick={() => setOffset(Math.max(0, offset - PAGE_ROWS))}
                >
                  {texts.previous}
                </Button>
                <span className="tree-quiet">
                  {texts.page(offset + 1, Math.min(offset + PAGE_ROWS, data.total), data.total)}
                </span>
                <Button
                  disabledReason={offset + PAGE_ROWS >= data.total ? ' ' : null}
                  onClick={() => setOffset(offset + PAGE_ROWS)}
                >
                  {texts.next}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const words = texts.columns;
const COLUMNS_FOR = (projectId: ProjectId): readonly Column<TreeSummary>[] => [
  {
    id: 'question',
    title: words.question,
    cell: (tree) => (
      <a className="tree-question" href={href('tree', { projectId, treeId: tree.id })}>
        {tree.prompt}
      </a>
    ),
  },
  {
    id: 'outcome',
    title: words.outcome,
    width: '110px',
    cell: (tree) => (
      <Mark tone={tree.isSolved ? 'good' : 'bad'} glyph={tree.isSolved ? '✓' : '✗'}>
        {tree.isSolved ? texts.solved : texts.unsolved}
      </Mark>
    ),
  },
  { id: 'right', title: words.right, cell: (tree) => formatInteger(tree.rightLeaves), isNumber: true, width: '80px' },
  { id: 'leaves', title: words.leaves, cell: (tree) => formatInteger(tree.leafCount), isNumber: true, width: '60px' },
  { id: 'nodes', title: words.nodes, cell: (tree) => formatInteger(tree.nodeCount), isNumber: true, width: '60px' },
  { id: 'depth', title: words.depth, cell: (tree) => formatInteger(tree.depth), isNumber: true, width: '60px' },
  { id: 'tokens', title: words.tokens, cell: (tree) => formatInteger(tree.newTokens), isNumber: true, width: '80px' },
];
