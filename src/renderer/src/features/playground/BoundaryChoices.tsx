import { useState } from 'react';
import type { Boundary, TokenName } from '@contracts/playground';
import { formatPercent } from '../../lib/format';
import { useKnownTokens } from '../../tokens/known-tokens';
import { tokenFacts } from '../../tokens/token-facts';
import '../../tokens/token-colors.css';
import { texts } from './texts/en';

/** Less probable tokens fold away. */
const SHOWN_FROM = 0.01;

interface BoundaryChoicesProps {
  readonly label: string;
  readonly boundary: Boundary;
  /** Null while an answer is under way. */
  readonly onForce: ((token: TokenName) => void) | null;
}

/** How probable each functional token is at one place, the taken one marked; a press goes on with another. */
export function BoundaryChoices({ label, boundary, onForce }: BoundaryChoicesProps) {
  useKnownTokens();
  const [isOpen, setOpen] = useState(false);
  const sorted = [...boundary.probabilities].sort((a, b) => b.probability - a.probability);
  const shown = isOpen
    ? sorted
    : sorted.filter(({ token, probability }) => probability >= SHOWN_FROM || token === boundary.chosen);
  return (
    <div className="play-boundary" role="group" aria-label={label}>
      {shown.map(({ token, probability }) => {
        const isChosen = token === boundary.chosen;
        const { glyph, label: name, look } = tokenFacts(token);
        return (
          <button
            key={token}
            type="button"
            className="play-chip"
            data-token={look}
            data-chosen={isChosen || undefined}
            disabled={onForce === null}
            title={texts.force(name, formatPercent(probability))}
            onClick={() => onForce?.(token)}
          >
            <span aria-hidden="true">{glyph}</span> {name}{' '}
            <span className="play-share">
              {formatPercent(probability)}
              {isChosen && ` · ${boundary.isForced ? texts.forced : texts.chosen}`}
            </span>
          </button>
        );
      })}
      {!isOpen && shown.length < sorted.length && (
        <button type="button" className="play-chip play-more" onClick={() => setOpen(true)}>
          {texts.more(sorted.length)}
        </button>
      )}
    </div>
  );
}
