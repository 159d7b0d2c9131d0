import { tokenFacts } from './token-facts';
import './token-colors.css';
import './tokens.css';

/** Glyph and name of a functional token in its colour. */
export function TokenMark({ kind, isShort = false }: { readonly kind: string; readonly isShort?: boolean }) {
  const facts = tokenFacts(kind);
  return (
    <span className="token-mark" data-token={facts.kind} title={facts.meaning}>
      <span aria-hidden={!isShort} aria-label={isShort ? facts.label : undefined} role={isShort ? 'img' : undefined}>
        {facts.glyph}
      </span>
      {!isShort && facts.label}
    </span>
  );
}
