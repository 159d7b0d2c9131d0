import type { FunctionalToken } from '@core/tokens/functional-tokens';
import { useKnownTokens } from './known-tokens';
import { factsOf, tokenFacts } from './token-facts';
import './token-colors.css';
import './tokens.css';

/** Glyph and name of a functional token in its colour. */
export function TokenMark({
  kind,
  token,
  isShort = false,
}: {
  readonly kind: string;
  /** A token that no model has yet: an editor shows it as it is being made. */
  readonly token?: FunctionalToken;
  readonly isShort?: boolean;
}) {
  useKnownTokens();
  const facts = token ? factsOf(token) : tokenFacts(kind);
  return (
    <span className="token-mark" data-token={facts.look} title={facts.meaning}>
      <span aria-hidden={!isShort} aria-label={isShort ? facts.label : undefined} role={isShort ? 'img' : undefined}>
        {facts.glyph}
      </span>
      {!isShort && facts.label}
    </span>
  );
}
