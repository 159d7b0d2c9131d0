import type { ReactNode } from 'react';
import './states.css';

/** What will be here, and the way to fill it. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div className="empty-body">{children}</div>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}
