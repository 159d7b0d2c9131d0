import { skipToken, useQuery } from '@tanstack/react-query';
import type { ManyComparison } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';
import { api } from '../../lib/api';
import { formatInteger, formatNumber, formatPercent, formatProportion } from '../../lib/format';
import { Loaded } from '../../ui/Loaded';
import { BudgetPanel } from './BudgetPanel';
import { entryNames } from './entry-names';
import { Flips } from './Flips';
import { IntervalBar } from './IntervalBar';
import { SettingsDiff } from './SettingsDiff';
import { texts } from './texts/en';

/** Evaluations side by side: what differs in their making, the figures with the paired verdicts, accuracy against budget, and the flips. */
export function ComparisonPanel({ ids }: { readonly ids: readonly EvaluationId[] }) {
  const comparison = useQuery(
    api.evaluations.compareMany.queryOptions({ input: ids.length > 1 ? { ids: [...ids] } : skipToken }),
  );
  if (ids.length < 2) return <p className="compare-quiet">{texts.pickTwo}</p>;
  return (
    <Loaded query={comparison}>
      {(data) => (
        <>
          <SettingsDiff comparison={data} />
          <Figures comparison={data} />
          <BudgetPanel
            evaluations={data.entries.map(({ evaluation }) => evaluation)}
            names={entryNames(data.entries)}
          />
          <Flips comparison={data} />
        </>
      )}
    </Loaded>
  );
}

function Figures({ comparison }: { readonly comparison: ManyComparison }) {
  const { entries, groups, sharedQuestions } = comparison;
  const names = entryNames(entries);
  return (
    <section className="compare-figures" aria-label={texts.figures}>
      <p className="compare-quiet">{texts.sharedQuestions(formatInteger(sharedQuestions))}</p>
      {entries.map(({ evaluation, accuracy, against }, i) => (
        <div key={evaluation.id} className="compare-row">
          <span className="compare-name">
            {names[i]} {against === null && <span className="compare-quiet">{texts.isBase}</span>}
          </span>
          <IntervalBar proportion={accuracy} />
          <b className="compare-number">{formatProportion(accuracy)}</b>
          {against && (
            <p className="compare-against">
              <b>{against.verdict.replace('The second', names[i] ?? '')}</b>{' '}
              <span className="compare-quiet">
                {texts.difference} {texts.points(signed(against.difference.value))},{' '}
                {texts.interval(signed(against.difference.low), signed(against.difference.high))} ·{' '}
                {texts.won(formatInteger(against.won))}, {texts.lost(formatInteger(against.lost))} ·{' '}
                {texts.pValue(formatNumber(against.pValue))} ({texts.test})
                {entries.length > 2 && ` · ${texts.adjusted(formatNumber(against.adjusted))}`}
              </span>
            </p>
          )}
        </div>
      ))}
      {groups.map(({ group, names: members, mean, low, high }) => (
        <p key={group} className="compare-group">
          {texts.seeds(members.length, formatPercent(mean, 1), formatPercent(low, 1), formatPercent(high, 1))}{' '}
          <span className="compare-quiet">{members.join(', ')}</span>
        </p>
      ))}
    </section>
  );
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)}`;
}
