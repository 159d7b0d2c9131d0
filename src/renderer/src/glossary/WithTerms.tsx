import { Fragment, use, useEffect, useId, useMemo } from 'react';
import { findTerms } from './find-terms';
import { Term } from './Term';
import { TermScopeContext } from './term-scope';

/** A text in which each term is explained where it first stands on the page. */
export function WithTerms({ text }: { readonly text: string }) {
  const scope = use(TermScopeContext);
  const place = useId();
  const parts = useMemo(() => findTerms(text), [text]);
  useEffect(() => () => scope?.release(place), [scope, place]);
  return parts.map(({ text: words, term }, at) =>
    term !== null && (scope?.claim(term, place) ?? true) ? (
      <Term key={at} id={term}>
        {words}
      </Term>
    ) : (
      <Fragment key={at}>{words}</Fragment>
    ),
  );
}
