import type { ReactNode } from 'react';
import './states.css';

export type Tone = 'good' | 'warn' | 'bad' | 'active' | 'idle';

/** A state as glyph and word; the colour only helps. */
export function Mark({
  tone,
  glyph,
  children,
}: {
  readonly tone: Tone;
  readonly glyph: string;
  readonly children: ReactNode;
}) {
  return (
    <span className={`mark mark-${tone}`}>
      <span className="mark-glyph" aria-hidden="true">
        {glyph}
      </span>
      {children}
    </span>
  );
}

/** How far something is, 0 to 1; null when nobody can say yet. */
export function Progress({ share, label }: { readonly share: number | null; readonly label: string }) {
  return (
    <progress
      className="progress"
      aria-label={label}
      max={1}
      {...(share === null ? {} : { value: Math.min(1, Math.max(0, share)) })}
    />
  );
}

/** A remark in the flow of the page. */
export function Notice({
  tone = 'warn',
  children,
}: {
  readonly tone?: 'warn' | 'info' | 'good';
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice notice-${tone}`} role="note">
      <div>{children}</div>
    </div>
  );
}
