import { skipToken, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Comparison, Evaluation, EvaluationItem } from '@contracts/evaluations';
import { api } from '../../lib/api';
import { formatInteger, formatNumber, formatProportion } from '../../lib/format';
import { MathText } from '../../tokens/MathText';
import { parseResponse } from '../../tokens/parse-response';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Button } from '../../ui/Button';
import { Select } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Mark } from '../../ui/marks';
import { IntervalBar } from './IntervalBar';
import { texts } from './texts/en';

/** Flips shown at once; each holds two whole responses. */
const MAX_FLIPS = 40;

/** Two evaluations: both figures with their intervals, the paired verdict in words, and the questions that changed sides. */
export function ComparisonPanel({
  first,
  second,
  onSwap,
}: {
  readonly first: Evaluation | null;
  readonly second: Evaluation | null;
  readonly onSwap: () => void;
}) {
  const isPair = first !== null && second !== null && first.id !== second.id;
  const comparison = useQuery(
    api.evaluations.compare.queryOptions({ input: isPair ? { first: first.id, second: second.id } : skipToken }),
  );
  if (first === null || second === null) return <p className="compare-quiet">{texts.pickTwo}</p>;
  if (!isPair) return <p className="compare-quiet">{texts.sameTwice}</p>;
  return (
    <Loaded query={comparison}>
      {(data) => (
        <>
          <Figures comparison={data} onSwap={onSwap} />
          <Flips comparison={data} />
        </>
      )}
    </Loaded>
  );
}

function Figures({ comparison, onSwap }: { readonly comparison: Comparison; readonly onSwap: () => void }) {
  const { first, second, firstAccuracy, secondAccuracy, difference } = comparison;
  return (
    <div className="compare-figures">
      {[
        { evaluation: first, accuracy: firstAccuracy },
        { evaluation: second, accuracy: secondAccuracy },
      ].map(({ evaluation, accuracy }) => (
        <div key={evaluation.id} className="compare-row">
          <span className="compare-name">
            {evaluation.checkpointName}{' '}
            {evaluation.plainPrompt !== '' && (
              <span className="compare-quiet">{texts.withPrompt(evaluation.plainPrompt)}</span>
            )}
          </span>
          <IntervalBar proportion={accuracy} />
          <b className="compare-number">{formatProportion(accuracy)}</b>
        </div>
      ))}
      <p className="compare-verdict" role="status">
        {comparison.verdict}
      </p>
      <p className="compare-quiet">
        {texts.difference} {texts.points(signed(difference.value))},{' '}
        {texts.interval(signed(difference.low), signed(difference.high))} ·{' '}
        {texts.pValue(formatNumber(comparison.pValue))} ({texts.test}) ·{' '}
        {texts.sharedQuestions(formatInteger(comparison.sharedQuestions))} · {texts.won(formatInteger(comparison.won))},{' '}
        {texts.lost(formatInteger(comparison.lost))}{' '}
        <Button look="quiet" onClick={onSwap}>
          {texts.swap}
        </Button>
      </p>
    </div>
  );
}

type FlipFilter = 'all' | 'won' | 'lost';
const FILTERS: readonly FlipFilter[] = ['all', 'won', 'lost'];

function Flips({ comparison }: { readonly comparison: Comparison }) {
  const [filter, setFilter] = useState<FlipFilter>('all');
  const shown = comparison.flips.filter((flip) => filter === 'all' || flip.second.isRight === (filter === 'won'));
  if (comparison.flips.length === 0) return <p className="compare-quiet">{texts.noFlips}</p>;
  return (
    <section aria-label={texts.flips}>
      <div className="row">
        <h3>{texts.flips}</h3>
        <Select
          aria-label={texts.show}
          value={filter}
          options={FILTERS.map((value) => ({ value, label: texts.flipFilters[value] }))}
          onChange={setFilter}
        />
      </div>
      {shown.slice(0, MAX_FLIPS).map((flip) => (
        <details key={flip.questionId} className="compare-flip">
          <summary>
            <Mark tone={flip.second.isRight ? 'good' : 'bad'} glyph={flip.second.isRight ? '↑' : '↓'}>
              {flip.second.isRight ? texts.flipFilters.won : texts.flipFilters.lost}
            </Mark>{' '}
            <MathText text={flip.prompt} />
          </summary>
          <p className="compare-quiet">
            {texts.reference}: <b>{flip.referenceAnswer}</b>
          </p>
          <div className="compare-pair">
            <Response title={comparison.first.checkpointName} item={flip.first} />
            <Response title={comparison.second.checkpointName} item={flip.second} />
          </div>
        </details>
      ))}
      {shown.length > MAX_FLIPS && <p className="compare-quiet">{texts.moreFlips(shown.length - MAX_FLIPS)}</p>}
    </section>
  );
}

function Response({ title, item }: { readonly title: string; readonly item: EvaluationItem }) {
  return (
    <article aria-label={title}>
      <header className="compare-response-head">
        <b>{title}</b>
        <Mark tone={item.isRight ? 'good' : 'bad'} glyph={item.isRight ? '✓' : '✗'}>
          {item.isRight ? texts.right : texts.wrong}
        </Mark>
        <span className="compare-quiet">
          {texts.answer}: {item.answer ?? texts.noAnswer}. {item.why}
        </span>
      </header>
      <ReasoningBlocks label={title} blocks={parseResponse(item.response)} />
    </article>
  );
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)}`;
}
