import { useId, type ReactNode } from 'react';
import './panel.css';

export interface PanelProps {
  readonly title: ReactNode;
  /** Beside the title, at the right. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page, divided from the next by a hairline. */
export function Panel({ title, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {actions && <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Folded-away details. */
export function Disclosure({
  summary,
  children,
  isOpen,
  onToggle,
}: {
  readonly summary: ReactNode;
  readonly children: ReactNode;
  readonly isOpen?: boolean;
  /** Told whenever it is opened or folded, so that what is costly can wait until it is seen. */
  readonly onToggle?: (isOpen: boolean) => void;
}) {
  return (
    <details
      className="disclosure"
      open={isOpen}
      onToggle={onToggle && ((event) => onToggle(event.currentTarget.open))}
    >
      <summary>{summary}</summary>
      <div className="disclosure-body">{children}</div>
    </details>
  );
}

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values in two columns; rows that are null are left out. */
export function Facts({ rows }: { readonly rows: readonly (Fact | null)[] }) {
  return (
    <dl className="facts">
      {rows.flatMap((row) =>
        row === null
          ? []
          : [
              <div key={row[0]} className="facts-row">
                <dt>{row[0]}</dt>
                <dd>{row[1]}</dd>
              </div>,
            ],
      )}
    </dl>
  );
}
