import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { TokenMark } from '../tokens/TokenMark';
import { childrenOf } from './layout';
import type { Scene } from './scene';
import { meanValue, outcomeOf } from './tree-facts';
import { texts } from './texts/en';
import './tree-outline.css';

export interface TreeOutlineProps {
  readonly scene: Scene;
  readonly isFolded: (index: number) => boolean;
  readonly onSelect: (index: number) => void;
  readonly onToggleFold: (index: number) => void;
}

const ROW_HEIGHT = 28;

/** The same tree as text, for reading and for screen readers; only the rows in sight are in the document, each says where it stands. */
export function TreeOutline({ scene, isFolded, onSelect, onToggleFold }: TreeOutlineProps) {
  const { nodes, layout, selected } = scene;
  const frameRef = useRef<HTMLDivElement>(null);
  const children = useMemo(() => childrenOf(nodes), [nodes]);
  const rowOf = useMemo(() => new Map(layout.nodes.map(({ index }, row) => [index, row])), [layout]);
  const list = useVirtualizer({
    count: layout.nodes.length,
    getScrollElement: () => frameRef.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const selectedRow = rowOf.get(selected);
  useEffect(() => {
    if (selectedRow === undefined) return;
    list.scrollToIndex(selectedRow, { align: 'auto' });
    // The one focus of the tree follows the selection, but only while it is inside.
    const frame = frameRef.current;
    if (!frame?.contains(document.activeElement)) return;
    requestAnimationFrame(() => frame.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }, [selectedRow, selected, list]);
  return (
    <div ref={frameRef} role="tree" aria-label={texts.outline} className="outline" tabIndex={-1}>
      <div role="presentation" className="outline-rows" style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map((line) => {
          const place = layout.nodes[line.index];
          const node = place && nodes[place.index];
          if (!place || !node) return null;
          const outcome = outcomeOf(node);
          const siblings = children[node.parent] ?? [node.index];
          const hasChildren = (children[place.index]?.length ?? 0) > 0;
          const mark = scene.marks.get(place.index);
          return (
            <div
              key={place.index}
              role="treeitem"
              aria-level={place.depth + 1}
              aria-setsize={siblings.length}
              aria-posinset={siblings.indexOf(node.index) + 1}
              aria-expanded={hasChildren ? !isFolded(place.index) : undefined}
              aria-selected={place.index === selected}
              tabIndex={place.index === selected ? 0 : -1}
              className="outline-row"
              data-pruned={scene.pruned.has(place.index) || undefined}
              data-found={scene.found.has(place.index) || undefined}
              style={{
                transform: `translateY(${line.start}px)`,
                height: `${ROW_HEIGHT}px`,
                paddingLeft: `${place.depth * 16 + 8}px`,
              }}
              onClick={() => onSelect(place.index)}
              onDoubleClick={() => onToggleFold(place.index)}
            >
              <span className="outline-fold" aria-hidden="true">
                {hasChildren ? (isFolded(place.index) ? '▸' : '▾') : ''}
              </span>
              <TokenMark kind={node.kind} />
              <span className="outline-text">{node.text}</span>
              <span className="outline-facts">
                {mark && <b>{texts.marks[mark]}</b>}{' '}
                {outcome !== 'open' && <b data-outcome={outcome}>{node.isTruncated ? texts.cut : texts[outcome]}</b>}{' '}
                {texts.visits(node.visits)} · {meanValue(node).toFixed(2)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
