import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EvaluationId, ProjectId } from '@contracts/ids';
import type { Evaluation } from '@contracts/evaluations';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatInteger, formatMoment, formatProportion } from '../../lib/format';
import { Loaded } from '../../ui/Loaded';
import { Notice } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { StagePage } from '../stages/StagePage';
import { AnswerChecker } from './AnswerChecker';
import { ComparisonPanel } from './ComparisonPanel';
import type { Pair } from './complete-pair';
import { comparedIds, MAX_COMPARED, toggled, type Selection } from './selection';
import { texts } from './texts/en';
import './compare.css';

/** Checkpoints on the same questions: every evaluation, and any of them side by side. */
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
      details={<AnswerChecker />}
    />
  );
}

const NOTHING_CHOSEN: Selection = { ids: null, base: null };

function Evaluations({ projectId, asked }: { readonly projectId: ProjectId; readonly asked: Pair }) {
  const evaluations = useQuery(api.evaluations.list.queryOptions({ input: { projectId } }));
  const [selection, setSelection] = useState(NOTHING_CHOSEN);
  return (
    <Loaded query={evaluations}>
      {(list) => {
        if (list.length === 0) return null;
        const sorted = [...list].sort((a, b) => b.createdAtMs - a.createdAtMs);
        const ids = comparedIds(sorted, selection, asked);
        const gone = [asked.first, asked.second].filter((id) => id !== null && !list.some((one) => one.id === id));
        return (
          <>
            {gone.length > 0 && <Notice>{texts.gone}</Notice>}
            <Panel title={texts.comparison}>
              <ComparisonPanel ids={ids} />
            </Panel>
            <Panel title={texts.evaluations}>
              <p className="compare-quiet">{texts.choose(MAX_COMPARED)}</p>
              <Table
                caption={texts.evaluations}
                columns={columnsFor(
                  ids,
                  (id) => setSelection((now) => ({ ...now, ids: toggled(ids, id) })),
                  (base) => setSelection({ ids: ids.includes(base) ? ids : [...ids, base], base }),
                )}
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

function columnsFor(
  ids: readonly EvaluationId[],
  onToggle: (id: EvaluationId) => void,
  onBase: (id: EvaluationId) => void,
): readonly Column<Evaluation>[] {
  return [
    {
      id: 'pick',
      title: words.pick,
      width: '86px',
      cell: (evaluation) => (
        <input
          type="checkbox"
          aria-label={texts.compareThis(texts.chosen(evaluation.checkpointName, evaluation.questionSetName))}
          checked={ids.includes(evaluation.id)}
          onChange={() => onToggle(evaluation.id)}
        />
      ),
    },
    {
      id: 'base',
      title: words.base,
      width: '86px',
      cell: (evaluation) => (
        <input
          type="radio"
          name="compare-base"
          aria-label={texts.againstThis(texts.chosen(evaluation.checkpointName, evaluation.questionSetName))}
          checked={ids[0] === evaluation.id}
          onChange={() => onBase(evaluation.id)}
        />
      ),
    },
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
    { id: 'mode', title: words.mode, cell: (evaluation) => modeName(evaluation.mode), width: '100px' },
    {
      id: 'accuracy',
      title: words.accuracy,
      cell: ({ accuracy, corrected }) => (
        <>
          {formatProportion(accuracy)} ({formatInteger(accuracy.count)})
          {corrected && (
            <span className="compare-corrected" title={texts.correctedHelp(formatProportion(corrected.checker))}>
              {texts.corrected(corrected.count)}
            </span>
          )}
        </>
      ),
      isNumber: true,
      width: '170px',
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
  ];
}

/** Ways of answering by name; one that is not named here is shown as it is stored. */
export function modeName(mode: string): string {
  const names: Readonly<Record<string, string>> = texts.modes;
  return names[mode] ?? mode;
}

function parseId(value: string | null): EvaluationId | null {
  return value === null || value === '' ? null : EvaluationId.parse(value);
}
