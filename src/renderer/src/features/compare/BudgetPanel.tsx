import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import type { Evaluation } from '@contracts/evaluations';
import { formatDuration, formatInteger, formatNumber, formatPercent } from '../../lib/format';
import { metricsOf } from '../../lib/use-metrics';
import { Select } from '../../ui/inputs';
import { Disclosure } from '../../ui/Panel';
import { Table } from '../../ui/Table';
import { budgetLines, type BudgetPoint } from './budget';
import { BudgetChart } from './BudgetChart';
import { choiceWords } from './choice-words';
import { texts } from './texts/en';

type Axis = 'tokens' | 'seconds';
const AXES = (['tokens', 'seconds'] as const).map((value) => ({ value, label: texts.budget.axes[value] }));
const words = texts.budget;

/** Accuracy against what it costs: one answer, votes over several, tree search, for each generated token or each second. */
export function BudgetPanel({
  evaluations,
  names,
}: {
  readonly evaluations: readonly Evaluation[];
  /** What each is called on this page. */
  readonly names: readonly string[];
}) {
  const [axis, setAxis] = useState<Axis>('tokens');
  const metrics = useQueries({
    queries: evaluations.map(({ runId }) => metricsOf(runId)),
  });
  const lines = evaluations.flatMap((evaluation, i) =>
    budgetLines(evaluation, metrics[i]?.data ?? [], names[i] ?? evaluation.checkpointName),
  );
  const cost = axis === 'tokens' ? tokensOf : secondsOf;
  const rows = lines.flatMap((line) => line.points.map((point) => ({ line, point })));
  return (
    <section className="compare-budget" aria-label={words.title}>
      <div className="row">
        <h3>{words.title}</h3>
        <Select aria-label={words.axis} value={axis} options={AXES} onChange={setAxis} />
      </div>
      <BudgetChart
        lines={lines}
        cost={cost}
        label={words.axes[axis]}
        showCost={axis === 'tokens' ? formatInteger : formatDuration}
      />
      <Disclosure summary={words.table}>
        <Table
          caption={words.title}
          rows={rows}
          rowKey={({ line, point }) => `${line.evaluation.id} ${line.choice} ${point.budget}`}
          columns={[
            { id: 'name', title: words.who, cell: ({ line }) => line.name },
            { id: 'choice', title: words.choice, cell: ({ line }) => choiceWords(line) },
            { id: 'budget', title: words.budget, isNumber: true, cell: ({ point }) => formatInteger(point.budget) },
            {
              id: 'tokens',
              title: words.axes.tokens,
              isNumber: true,
              cell: ({ point }) => formatInteger(point.tokens),
            },
            {
              id: 'seconds',
              title: words.axes.seconds,
              isNumber: true,
              cell: ({ point }) => formatNumber(point.seconds),
            },
            { id: 'share', title: words.share, isNumber: true, cell: ({ point }) => formatPercent(point.share, 1) },
          ]}
        />
        <p className="compare-quiet">{words.secondsHelp}</p>
      </Disclosure>
    </section>
  );
}

function tokensOf({ tokens }: BudgetPoint): number {
  return tokens;
}

function secondsOf({ seconds }: BudgetPoint): number {
  return seconds;
}
