import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useLayoutEffect, useMemo, useRef } from 'react';
import { splitMath } from './split-math';

/** Text with its mathematics typeset: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare `\boxed{…}`. Broken mathematics stays as written. */
export function MathText({ text }: { readonly text: string }) {
  const parts = useMemo(() => splitMath(text), [text]);
  return (
    <>
      {parts.map((part, i) =>
        part.kind === 'text' ? (
          <span key={i}>{part.source}</span>
        ) : (
          <Formula key={i} source={part.source} isDisplay={part.kind === 'display'} />
        ),
      )}
    </>
  );
}

/**
 * One formula. KaTeX builds it node by node: styles set that way pass our content security policy, which style attributes in a string of HTML
 * do not. It escapes its input and is told not to trust it: no links, no HTML, no images.
 */
function Formula({ source, isDisplay }: { readonly source: string; readonly isDisplay: boolean }) {
  const ref = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (ref.current === null) return;
    katex.render(source, ref.current, {
      displayMode: isDisplay,
      throwOnError: false,
      trust: false,
      strict: 'ignore',
      output: 'htmlAndMathml',
      maxExpand: 200,
    });
  }, [source, isDisplay]);
  return <span ref={ref} />;
}
