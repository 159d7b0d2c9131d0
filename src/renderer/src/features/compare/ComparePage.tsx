import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EvaluationId, ProjectId } from '@contracts/ids';
import type { Evaluation } from '@contracts/evaluations';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatInteger, formatMoment, formatProportion } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Loaded } from '../../ui/Loaded';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { StagePage } from '../stages/StagePage';
import { ComparisonPanel } from './ComparisonPanel';
import { completePair, type Pair } from './complete-pair';
import { texts } from './texts/en';
import './compare.css';

/** Checkpoints on the same questions: every evaluation, and any two of them side by side. */
export function ComparePage({ params, query }: PageProps<'compare'>) {
  const projectId = ProjectId.parse(params.projectId);
  return (
    <StagePage
      kind="evaluate"
      projectId={projectId}
      products={
        <Evaluations
          projectId={projectId}
          asked={{ first: parseId(query.get('first')), second: parseId(query.get('second')) }}
        />
      }
    />
  );
}

function Evaluations({ projectId, asked }: { readonly projectId: ProjectId; readonly asked: Pair }) {
  const evaluations = useQuery(api.evaluations.list.queryOptions({ input: { projectId } }));
  const [picked, setPicked] = useState<Pair>(asked);
  return (
    <Loaded query={evaluations}>
      {(list) => {
        if (list.length === 0) return null;
        const sorted = [...list].sort((a, b) => b.createdAtMs - a.createdAtMs);
        const pair = completePair(sorted, picked);
        return (
          <>
            <Panel title={texts.comparison}>
              <ComparisonPanel
                first={sorted.find(({ id }) => id === pair.first) ?? null}
                second={sorted.find(({ id }) => id === pair.second) ?? null}
                onSwap={() => setPicked({ first: pair.second, second: pair.first })}
              />
            </Panel>
            <Panel title={texts.evaluations}>
              <Table
                caption={texts.evaluations}
                columns={columnsFor(pair, setPicked)}
                rows={sorted}
                rowKey={(evaluation) => evaluation.id}
              />
            </Panel>
          </>
        );
      }}
    </Loaded>
  );
}

const words = texts.columns;

function columnsFor(pair: Pair, pick: (pair: Pair) => void): readonly Column<Evaluation>[] {
  return [
    {
      id: 'checkpoint',
      title: words.checkpoint,
      cell: (evaluation) => (
        <>
          {evaluation.checkpointName}{' '}
          {evaluation.plainPrompt !== '' && (
            <span className="compare-quiet">{texts.withPrompt(evaluation.plainPrompt)}</span>
          )}
        </>
      ),
    },
    { id: 'set', title: words.set, cell: (evaluation) => evaluation.questionSetName, width: '120px' },
    { id: 'mode', title: words.mode, cell: (evaluation) => texts.modes[evaluation.mode], width: '100px' },
    {
      id: 'accuracy',
      title: words.accuracy,
      cell: ({ accuracy }) => `${formatProportion(accuracy)} (${formatInteger(accuracy.count)})`,
      isNumber: true,
      width: '140px',
    },
    {
      id: 'coverage',
      title: words.coverage,
      cell: ({ coverage }) => (coverage ? formatProportion(coverage) : '–'),
      isNumber: true,
      width: '110px',
    },
    {
      id: 'tokens',
      title: words.tokens,
      cell: (evaluation) => formatInteger(evaluation.tokensPerAnswer),
      isNumber: true,
      width: '90px',
    },
    {
      id: 'made',
      title: words.made,
      cell: (evaluation) => formatMoment(evaluation.createdAtMs, Date.now()),
      isNumber: true,
      width: '110px',
    },
    {
      id: 'pick',
      title: words.pick,
      width: '210px',
      cell: (evaluation) => (
        <span className="row">
          <Button
            look="quiet"
            aria-pressed={pair.first === evaluation.id}
            aria-label={`${texts.chosen(evaluation.checkpointName, evaluation.questionSetName)}: ${texts.pickFirst}`}
            onClick={() => pick({ ...pair, first: evaluation.id })}
          >
            {texts.first}
          </Button>
          <Button
            look="quiet"
            aria-pressed={pair.second === evaluation.id}
            aria-label={`${texts.chosen(evaluation.checkpointName, evaluation.questionSetName)}: ${texts.pickSecond}`}
            onClick={() => pick({ ...pair, second: evaluation.id })}
          >
            {texts.second}
          </Button>
        </span>
      ),
    },
  ];
}

function parseId(value: string | null): EvaluationId | null {
  return value === null || value === '' ? null : EvaluationId.parse(value);
}
