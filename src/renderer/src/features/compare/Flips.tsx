import { useState } from 'react';
import type { EvaluationItem, ManyComparison } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';
import { MathText } from '../../tokens/MathText';
import { parseResponse } from '../../tokens/parse-response';
import { ReasoningBlocks } from '../../tokens/ReasoningBlocks';
import { Button } from '../../ui/Button';
import { Select } from '../../ui/inputs';
import { Mark } from '../../ui/marks';
import { AnswerVerdict } from './AnswerVerdict';
import { entryNames } from './entry-names';
import { texts } from './texts/en';

/** Flips drawn at once; each holds whole responses. */
const PAGE = 40;

type FlipFilter = 'all' | 'won' | 'lost';
const FILTERS: readonly FlipFilter[] = ['all', 'won', 'lost'];

type Flip = ManyComparison['flips'][number];

/** Questions on which the compared do not agree: against the base, one other at a time; both outputs side by side, with why. */
export function Flips({ comparison }: { readonly comparison: ManyComparison }) {
  const { entries, flips, flipCount } = comparison;
  const [filter, setFilter] = useState<FlipFilter>('all');
  const [chosen, setChosen] = useState<EvaluationId | null>(null);
  const [shownCount, setShownCount] = useState(PAGE);
  const names = entryNames(entries);
  const other = Math.max(
    1,
    entries.findIndex(({ evaluation }) => evaluation.id === chosen),
  );
  const ofPair = flips.filter(({ items }) => items[0]?.isRight !== items[other]?.isRight);
  const shown = ofPair.filter(({ items }) => filter === 'all' || items[other]?.isRight === (filter === 'won'));
  if (flips.length === 0) return <p className="compare-quiet">{texts.noFlips}</p>;
  return (
    <section aria-label={texts.flips}>
      <div className="row compare-flip-tools">
        <h3>{texts.flips}</h3>
        {entries.length > 2 && (
          <Select
            aria-label={texts.flipsOf}
            value={entries[other]?.evaluation.id ?? ''}
            options={entries.slice(1).map(({ evaluation }, i) => ({
              value: evaluation.id,
              label: texts.flipPair(names[i + 1] ?? '', names[0] ?? ''),
            }))}
            onChange={setChosen}
          />
        )}
        <Select
          aria-label={texts.show}
          value={filter}
          options={FILTERS.map((value) => ({ value, label: texts.flipFilters[value] }))}
          onChange={setFilter}
        />
      </div>
      {shown.slice(0, shownCount).map((flip) => (
        <FlipRow
          key={flip.questionId}
          flip={flip}
          sides={[0, other].map((at) => ({
            name: names[at] ?? '',
            id: entries[at]!.evaluation.id,
            item: flip.items[at]!,
          }))}
        />
      ))}
      {shown.length > shownCount && (
        <Button onClick={() => setShownCount(shownCount + PAGE)}>{texts.showMore(shown.length - shownCount)}</Button>
      )}
      {flipCount > flips.length && <p className="compare-quiet">{texts.moreFlips(flipCount - flips.length)}</p>}
    </section>
  );
}

interface Side {
  readonly name: string;
  readonly id: EvaluationId;
  readonly item: EvaluationItem;
}

function FlipRow({ flip, sides }: { readonly flip: Flip; readonly sides: readonly Side[] }) {
  // Whole responses with typeset mathematics are drawn when they are looked at.
  const [isOpen, setOpen] = useState(false);
  const isWon = sides.at(-1)?.item.isRight === true;
  return (
    <details className="compare-flip" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Mark tone={isWon ? 'good' : 'bad'} glyph={isWon ? '↑' : '↓'}>
          {isWon ? texts.flipFilters.won : texts.flipFilters.lost}
        </Mark>{' '}
        <MathText text={flip.prompt} />
      </summary>
      {isOpen && (
        <>
          <p className="compare-quiet">
            {texts.reference}: <b>{flip.referenceAnswer}</b>
          </p>
          <div className="compare-pair">
            {sides.map(({ name, id, item }) => (
              <article key={id} aria-label={name}>
                <header className="compare-response-head">
                  <b>{name}</b>
                  <AnswerVerdict evaluationId={id} item={item} />
                </header>
                <ReasoningBlocks label={name} blocks={parseResponse(item.response)} />
              </article>
            ))}
          </div>
        </>
      )}
    </details>
  );
}
