import { EDGE_CLASSES, EDGE_DASHES } from './edge-look';
import { texts } from './texts/en';

/** What the lines mean: pattern for value, width for visits. */
export function Legend() {
  return (
    <ul className="tree-legend" aria-label={texts.legend}>
      {EDGE_CLASSES.map((edgeClass) => (
        <li key={edgeClass} data-edge={edgeClass}>
          <svg width="28" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="28" y2="4" strokeWidth="2" strokeDasharray={EDGE_DASHES[edgeClass].join(' ')} />
          </svg>
          {texts.edges[edgeClass]}
        </li>
      ))}
      <li data-edge="width">
        <svg width="28" height="8" aria-hidden="true">
          <path d="M0 4.5L28 1V8Z" />
        </svg>
        {texts.legendWidth}
      </li>
      <li data-edge="best">
        <svg width="28" height="8" aria-hidden="true">
          <line x1="0" y1="4" x2="28" y2="4" strokeWidth="4" />
        </svg>
        {texts.legendBest}
      </li>
    </ul>
  );
}
