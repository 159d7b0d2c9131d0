import { useState, type ReactNode } from 'react';
import { inWords } from '../lib/error-words';
import { toWorkbenchError } from '../lib/errors';
import { Button } from './Button';
import { texts } from './texts/en';
import './states.css';

export interface ErrorViewProps {
  readonly error: unknown;
  /** Asks again. */
  readonly onRetry?: (() => void) | undefined;
  /** Further ways out: buttons or links. */
  readonly actions?: ReactNode;
}

/** An error in four parts: what happened, where, what was kept, what to do; the technical text folds out and can be copied. */
export function ErrorView({ error, onRetry, actions }: ErrorViewProps) {
  const shown = toWorkbenchError(error);
  const words = inWords(shown);
  const technical = technicalText(shown);
  return (
    <div className="error" role="alert">
      <p className="error-what">{words.what}</p>
      <dl className="error-facts">
        <ErrorFact name={texts.error.where} value={words.where} />
        <ErrorFact name={texts.error.kept} value={words.kept} />
        <ErrorFact name={texts.error.wayOut} value={words.wayOut} />
      </dl>
      <div className="row">
        {onRetry && <Button onClick={onRetry}>{texts.error.retry}</Button>}
        {actions}
      </div>
      <details className="disclosure">
        <summary>{texts.error.technical}</summary>
        <pre className="error-technical" tabIndex={0}>
          {technical}
        </pre>
        <CopyButton text={technical} />
      </details>
    </div>
  );
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label = texts.copy }: { readonly text: string; readonly label?: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      look="quiet"
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        )
      }
    >
      <span aria-live="polite">{isCopied ? texts.copied : label}</span>
    </Button>
  );
}

function ErrorFact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  if (!value) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function technicalText(error: ReturnType<typeof toWorkbenchError>): string {
  const details = error.facts.details ? JSON.stringify(error.facts.details, null, 2) : '';
  const cause = error.cause === undefined ? '' : String(error.cause);
  return [`${error.kind}: ${error.facts.code}`, error.message, details, cause].filter(Boolean).join('\n');
}
