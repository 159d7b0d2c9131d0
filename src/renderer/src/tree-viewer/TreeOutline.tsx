import { useMemo } from 'react';
import type { TreeNode } from '@contracts/trees';
import { TokenMark } from '../tokens/TokenMark';
import { childrenOf, type PlacedNode } from './layout';
import { meanValue, outcomeOf } from './tree-facts';
import { texts } from './texts/en';
import './tree-outline.css';

export interface TreeOutlineProps {
  readonly nodes: readonly TreeNode[];
  /** Visible nodes in reading order. */
  readonly places: readonly PlacedNode[];
  readonly selected: number;
  readonly isFolded: (index: number) => boolean;
  readonly onSelect: (index: number) => void;
  readonly onToggleFold: (index: number) => void;
}

/** Rows drawn at most; a filter or a fold brings the rest into reach. */
const MAX_ROWS = 1500;

/** The same tree as text, for reading and for screen readers. */
export function TreeOutline({ nodes, places, selected, isFolded, onSelect, onToggleFold }: TreeOutlineProps) {
  const children = useMemo(() => childrenOf(nodes), [nodes]);
  return (
    <div role="tree" aria-label={texts.outline} className="outline">
      {places.slice(0, MAX_ROWS).map((place) => {
        const node = nodes[place.index]!;
        const outcome = outcomeOf(node);
        const hasChildren = (children[place.index]?.length ?? 0) > 0;
        return (
          <div
            key={place.index}
            role="treeitem"
            aria-level={place.depth + 1}
            aria-expanded={hasChildren ? !isFolded(place.index) : undefined}
            aria-selected={place.index === selected}
            tabIndex={place.index === selected ? 0 : -1}
            className="outline-row"
            style={{ paddingLeft: `${place.depth * 16 + 8}px` }}
            onClick={() => onSelect(place.index)}
            onDoubleClick={() => onToggleFold(place.index)}
          >
            <span className="outline-fold" aria-hidden="true">
              {hasChildren ? (isFolded(place.index) ? '▸' : '▾') : ''}
            </span>
            <TokenMark kind={node.kind} />
            <span className="outline-text">{node.text}</span>
            <span className="outline-facts">
              {outcome !== 'open' && <b data-outcome={outcome}>{node.isTruncated ? texts.cut : texts[outcome]}</b>}{' '}
              {texts.visits(node.visits)} · {meanValue(node).toFixed(2)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
