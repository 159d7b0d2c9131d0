import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ExampleRow, Verdict } from '@contracts/examples';
import { useKnownTokens } from '../../tokens/known-tokens';
import { tokenFacts } from '../../tokens/token-facts';
import '../../tokens/token-colors.css';
import { Mark, type Tone } from '../../ui/marks';
import type { Review } from './use-review';
import { texts } from './texts/en';

const ROW_HEIGHT = 52;
const LOOK: Readonly<Record<Verdict, { readonly glyph: string; readonly tone: Tone }>> = {
  todo: { glyph: '○', tone: 'idle' },
  accepted: { glyph: '✓', tone: 'good' },
  rejected: { glyph: '✗', tone: 'bad' },
};

/** The examples a filter shows, as a list of which only the visible part is in the document. */
export function ExampleTable({ review }: { readonly review: Review }) {
  const frameRef = useRef<HTMLDivElement>(null);
  const { rows, focusIndex, focusedId, show } = review;
  const list = useVirtualizer({
    count: rows.total,
    getScrollElement: () => frameRef.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  useEffect(() => {
    if (rows.total > 0) list.scrollToIndex(focusIndex, { align: 'auto' });
  }, [focusIndex, list, rows.total]);
  const lines = list.getVirtualItems();
  const from = lines[0]?.index ?? 0;
  const to = lines.at(-1)?.index ?? from;
  useEffect(() => show({ from, to }), [show, from, to]);
  return (
    <div
      ref={frameRef}
      className="review-list"
      role="listbox"
      aria-label={texts.list}
      aria-multiselectable
      tabIndex={0}
      aria-activedescendant={focusedId === null ? undefined : `example-${focusedId}`}
    >
      <div className="review-rows" style={{ height: `${list.getTotalSize()}px` }}>
        {lines.map((line) => {
          const row = rows.at(line.index);
          return (
            <div
              key={line.index}
              id={row && `example-${row.id}`}
              role="option"
              aria-selected={row !== undefined && (row.id === focusedId || review.selected.has(row.id))}
              aria-setsize={rows.total}
              aria-posinset={line.index + 1}
              className="review-row"
              data-focused={line.index === focusIndex || undefined}
              data-selected={(row !== undefined && review.selected.has(row.id)) || undefined}
              style={{ transform: `translateY(${line.start}px)`, height: `${ROW_HEIGHT}px` }}
              onClick={() => review.focusOn(line.index)}
            >
              {row ? <Line row={row} /> : <span className="review-row-empty" />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Line({ row }: { readonly row: ExampleRow }) {
  useKnownTokens();
  const { glyph, tone } = LOOK[row.verdict];
  const problems = row.problemCount + row.errorClasses.length;
  return (
    <>
      <span className="review-row-top">
        <Mark tone={tone} glyph={glyph}>
          {texts.verdicts[row.verdict]}
        </Mark>
        <span className="review-glyphs" aria-hidden="true">
          {row.tokens.map((token, at) => (
            <span key={at} data-token={tokenFacts(token).look} className="review-glyph">
              {tokenFacts(token).glyph}
            </span>
          ))}
        </span>
        {problems > 0 && (
          <Mark tone="warn" glyph="!">
            {row.errorClasses[0] ? texts.errorClasses[row.errorClasses[0]] : texts.problemCount(row.problemCount)}
          </Mark>
        )}
        {row.tags.map((tag) => (
          <span key={tag} className="review-tag">
            {tag}
          </span>
        ))}
      </span>
      <span className="review-row-prompt">{row.prompt}</span>
    </>
  );
}
