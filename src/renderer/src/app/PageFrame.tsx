import type { ReactNode } from 'react';
import { WithTerms } from '../glossary/WithTerms';
import './page.css';

export interface PageFrameProps {
  readonly title: ReactNode;
  /** One sentence: what this page is for; words of the glossary in it are explained in place. */
  readonly sentence?: ReactNode;
  /** The one primary button. */
  readonly action?: ReactNode;
  /** Uses the whole width and height, for viewers; ordinary pages keep a readable column. */
  readonly isWide?: boolean;
  readonly children?: ReactNode;
}

/** The anatomy that every page shares: title, sentence, primary button, then products and details. */
export function PageFrame({ title, sentence, action, isWide = false, children }: PageFrameProps) {
  return (
    <article className={isWide ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <div className="page-words">
          <h1>{title}</h1>
          {sentence && (
            <p className="page-sentence">{typeof sentence === 'string' ? <WithTerms text={sentence} /> : sentence}</p>
          )}
        </div>
        {action && <div className="page-action">{action}</div>}
      </header>
      {children}
    </article>
  );
}
