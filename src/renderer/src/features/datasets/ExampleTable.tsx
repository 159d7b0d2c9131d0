import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Example, Verdict } from '@contracts/examples';
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
  const { examples, focused } = review;
  const rows = useVirtualizer({
    count: examples.length,
    getScrollElement: () => frameRef.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const at = examples.findIndex((example) => example.id === focused?.id);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);
  return (
    <div
      ref={frameRef}
      className="review-list"
      role="listbox"
      aria-label={texts.list}
      tabIndex={0}
      aria-activedescendant={focused ? `example-${focused.id}` : undefined}
    >
      <div className="review-rows" style={{ height: `${rows.getTotalSize()}px` }}>
        {rows.getVirtualItems().map((item) => {
          const example = examples[item.index]!;
          return (
            <div
              key={example.id}
              id={`example-${example.id}`}
              role="option"
              aria-selected={example.id === focused?.id}
              aria-setsize={examples.length}
              aria-posinset={item.index + 1}
              className="review-row"
              style={{ transform: `translateY(${item.start}px)`, height: `${ROW_HEIGHT}px` }}
              onClick={() => review.focus(example.id)}
            >
              <Row example={example} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ example }: { readonly example: Example }) {
  const { glyph, tone } = LOOK[example.verdict];
  return (
    <>
      <span className="review-row-top">
        <Mark tone={tone} glyph={glyph}>
          {texts.verdicts[example.verdict]}
        </Mark>
        <span className="review-glyphs" aria-hidden="true">
          {example.steps.slice(0, 14).map((step, i) => (
            <span key={i} data-token={step.token} className="review-glyph">
              {tokenFacts(step.token).glyph}
            </span>
          ))}
        </span>
        {example.problems.length > 0 && (
          <Mark tone="warn" glyph="!">
            {example.problems.length}
          </Mark>
        )}
      </span>
      <span className="review-row-prompt">{example.prompt}</span>
    </>
  );
}
