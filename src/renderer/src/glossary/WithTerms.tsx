import { Fragment, use, useId, useLayoutEffect, useMemo, useState } from 'react';
import { findTerms } from './find-terms';
import { Term } from './Term';
import { TermScopeContext } from './term-scope';
import type { TermId } from './texts/en';

/** A text in which each term is explained where it first stands on the page. */
export function WithTerms({ text }: { readonly text: string }) {
  const scope = use(TermScopeContext);
  const place = useId();
  const parts = useMemo(() => findTerms(text), [text]);
  const [explained, setExplained] = useState<ReadonlySet<TermId>>(new Set());
  // A drawing that is thrown away must claim nothing, so terms are claimed by what is on the page, before it is painted.
  useLayoutEffect(() => {
    const terms = parts.flatMap(({ term }) => (term === null ? [] : [term]));
    setExplained(new Set(terms.filter((term) => scope?.claim(term, place) ?? true)));
    return () => scope?.release(place);
  }, [scope, place, parts]);
  return parts.map(({ text: words, term }, at) =>
    term !== null && explained.has(term) ? (
      <Term key={at} id={term}>
        {words}
      </Term>
    ) : (
      <Fragment key={at}>{words}</Fragment>
    ),
  );
}
