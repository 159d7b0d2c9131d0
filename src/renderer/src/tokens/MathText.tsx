import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useMemo } from 'react';
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
          // KaTeX escapes its input and is told not to trust it: no links, no HTML, no images.
          <span key={i} dangerouslySetInnerHTML={{ __html: katex.renderToString(part.source, { displayMode: part.kind === 'display', throwOnError: false, trust: false, strict: 'ignore', output: 'htmlAndMathml', maxExpand: 200 }) }} />
        ),
      )}
    </>
  );
}
