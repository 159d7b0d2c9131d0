import { texts } from './texts/en';
import './states.css';

const WIDTHS = ['62%', '88%', '74%', '93%', '55%', '80%'] as const;

/** Grey lines where text will be; appears after 100 ms so that quick answers do not flicker. */
export function Skeleton({ lines = 4, label = texts.loading }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} className="skeleton-line" style={{ width: WIDTHS[at % WIDTHS.length] }} />
      ))}
    </div>
  );
}
