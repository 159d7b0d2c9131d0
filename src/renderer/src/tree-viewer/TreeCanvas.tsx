import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { TreeNode } from '@contracts/trees';
import { tokenFacts } from '../tokens/token-facts';
import '../tokens/token-colors.css';
import { COLUMN_WIDTH, ROW_HEIGHT, type PlacedNode, type TreeLayout } from './layout';
import { meanValue, outcomeOf } from './tree-facts';
import { fitInto, openAt, reveal, zoomAt, type Viewport } from './viewport';
import { texts } from './texts/en';
import './tree-canvas.css';

const PILL_WIDTH = 196;
const PILL_HEIGHT = 26;
/** Below this zoom words cannot be read, so they are not drawn. */
const WORDS_FROM_ZOOM = 0.45;

export interface TreeCanvasProps {
  readonly nodes: readonly TreeNode[];
  readonly layout: TreeLayout;
  readonly selected: number;
  readonly highlighted: ReadonlySet<number>;
  readonly onSelect: (index: number) => void;
  readonly onToggleFold: (index: number) => void;
  /** Keys that the canvas does not know itself. */
  readonly onKey: (event: KeyboardEvent) => void;
  /** Raised to show the whole tree once. */
  readonly fitRequest: number;
}

/**
 * The tree from left to right. Only what lies in the frame is in the document, so ten thousand nodes pan as smoothly as fifty. Wheel zooms
 * at the pointer, drag pans; the outline beside it is the same tree for reading aloud.
 */
export function TreeCanvas({
  nodes,
  layout,
  selected,
  highlighted,
  onSelect,
  onToggleFold,
  onKey,
  fitRequest,
}: TreeCanvasProps) {
  const frameRef = useRef<SVGSVGElement>(null);
  const [frame, setFrame] = useState({ width: 800, height: 500 });
  const [view, setView] = useState<Viewport | null>(null);
  const opening = openAt(layout, frame, layout.nodes[0]?.y ?? 0);
  const shown = view ?? opening;
  const openingRef = useRef(opening);
  openingRef.current = opening;
  const dragRef = useRef<{ x: number; y: number; view: Viewport } | null>(null);

  useEffect(() => {
    const element = frameRef.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(
      ([entry]) => entry && setFrame({ width: entry.contentRect.width, height: entry.contentRect.height }),
    );
    observer.observe(element);
    // React's wheel listener is passive and cannot keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      setView((before) =>
        zoomAt(
          before ?? openingRef.current,
          Math.exp(-event.deltaY * 0.0015),
          event.clientX - box.left,
          event.clientY - box.top,
        ),
      );
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, []);

  const fittedRef = useRef(fitRequest);
  useEffect(() => {
    // Only a new request fits; folding or resizing afterwards leaves the view alone.
    if (fittedRef.current === fitRequest) return;
    fittedRef.current = fitRequest;
    setView(fitInto(layout, frame));
  }, [fitRequest, layout, frame]);

  const placeOf = useMemo(() => new Map(layout.nodes.map((place) => [place.index, place])), [layout]);
  const revealedRef = useRef(selected);
  useEffect(() => {
    // Only a new selection moves the view; a resize or a fold leaves it where the person put it.
    if (revealedRef.current === selected) return;
    revealedRef.current = selected;
    const place = placeOf.get(selected);
    if (place) setView((before) => reveal(before ?? openingRef.current, place, frame));
  }, [selected, placeOf, frame]);

  const visible = useMemo(() => inFrame(layout.nodes, shown, frame), [layout, shown, frame]);

  const startDrag = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0) return;
    dragRef.current = { x: event.clientX, y: event.clientY, view: shown };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent) => {
    const start = dragRef.current;
    if (start)
      setView({ ...start.view, x: start.view.x + event.clientX - start.x, y: start.view.y + event.clientY - start.y });
  };
  const endDrag = useCallback(
    (event: PointerEvent<SVGSVGElement>) => {
      const start = dragRef.current;
      dragRef.current = null;
      if (!start || Math.hypot(event.clientX - start.x, event.clientY - start.y) > 4) return;
      const hit = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-node]');
      const index = Number(hit?.getAttribute('data-node') ?? Number.NaN);
      if (!Number.isNaN(index)) onSelect(index);
    },
    [onSelect],
  );

  return (
    <svg
      ref={frameRef}
      className="tree-canvas"
      role="application"
      aria-label={`${texts.tree}. ${texts.keys}`}
      aria-activedescendant={`tree-node-${selected}`}
      tabIndex={0}
      onPointerDown={startDrag}
      onPointerMove={drag}
      onPointerUp={endDrag}
      onDoubleClick={() => onToggleFold(selected)}
      onKeyDown={onKey}
      data-zoom={shown.zoom.toFixed(3)}
    >
      <g transform={`translate(${shown.x} ${shown.y}) scale(${shown.zoom})`}>
        {visible.map((place) => (
          <Edge
            key={`e${place.index}`}
            place={place}
            parent={placeOf.get(nodes[place.index]?.parent ?? -1)}
            node={nodes[place.index]!}
            total={nodes[0]?.visits ?? 1}
            isBest={highlighted.has(place.index)}
          />
        ))}
        {visible.map((place) => (
          <Pill
            key={place.index}
            place={place}
            node={nodes[place.index]!}
            isSelected={place.index === selected}
            isBest={highlighted.has(place.index)}
            hasWords={shown.zoom >= WORDS_FROM_ZOOM}
          />
        ))}
      </g>
    </svg>
  );
}

/** Places whose pill or edge from the parent touches the frame. */
function inFrame(
  places: readonly PlacedNode[],
  view: Viewport,
  frame: { readonly width: number; readonly height: number },
): readonly PlacedNode[] {
  const [left, right] = [-view.x / view.zoom, (frame.width - view.x) / view.zoom];
  const [top, bottom] = [-view.y / view.zoom, (frame.height - view.y) / view.zoom];
  return places.filter(
    (place) =>
      place.x + PILL_WIDTH >= left &&
      place.x - COLUMN_WIDTH <= right &&
      place.y + ROW_HEIGHT >= top &&
      place.y - ROW_HEIGHT <= bottom,
  );
}

interface EdgeProps {
  readonly place: PlacedNode;
  readonly parent: PlacedNode | undefined;
  readonly node: TreeNode;
  readonly total: number;
  readonly isBest: boolean;
}

/** Width says how often the search went this way. */
function Edge({ place, parent, node, total, isBest }: EdgeProps) {
  if (!parent) return null;
  const from = parent.x + PILL_WIDTH;
  const middle = (from + place.x) / 2;
  const width = 1 + 4 * Math.sqrt(node.visits / Math.max(1, total));
  return (
    <path
      className="tree-edge"
      data-best={isBest || undefined}
      data-unvisited={node.visits === 0 || undefined}
      d={`M${from} ${parent.y}C${middle} ${parent.y} ${middle} ${place.y} ${place.x} ${place.y}`}
      strokeWidth={width}
    />
  );
}

interface PillProps {
  readonly place: PlacedNode;
  readonly node: TreeNode;
  readonly isSelected: boolean;
  readonly isBest: boolean;
  readonly hasWords: boolean;
}

function Pill({ place, node, isSelected, isBest, hasWords }: PillProps) {
  const facts = tokenFacts(node.kind);
  const outcome = outcomeOf(node);
  const mark = outcome === 'open' ? '' : node.isTruncated ? '…' : outcome === 'right' ? '✓' : '✗';
  const label = `${facts.label}: ${node.text.slice(0, 80)}${outcome === 'open' ? '' : `, ${node.isTruncated ? texts.cut : texts[outcome]}`}, ${texts.visits(node.visits)}`;
  return (
    <g
      id={`tree-node-${node.index}`}
      role="img"
      aria-label={label}
      data-node={node.index}
      data-token={facts.kind}
      className="tree-pill"
      data-selected={isSelected || undefined}
      data-best={isBest || undefined}
      data-outcome={outcome}
      transform={`translate(${place.x} ${place.y - PILL_HEIGHT / 2})`}
    >
      <rect className="tree-pill-body" width={PILL_WIDTH} height={PILL_HEIGHT} rx={6} />
      <rect
        className="tree-pill-value"
        y={PILL_HEIGHT - 3}
        width={PILL_WIDTH * Math.max(0, Math.min(1, meanValue(node)))}
        height={3}
      />
      {hasWords && (
        <>
          <text x={9} y={17} className="tree-pill-glyph">
            {facts.glyph}
          </text>
          <text x={26} y={17} className="tree-pill-words">
            {shorten(node.text, mark === '' ? 25 : 22)}
          </text>
          {mark !== '' && (
            <text x={PILL_WIDTH - 9} y={17} textAnchor="end" className="tree-pill-mark">
              {mark}
            </text>
          )}
        </>
      )}
      {place.hiddenChildren > 0 && (
        <text x={PILL_WIDTH + 6} y={17} className="tree-pill-hidden">
          {texts.hidden(place.hiddenChildren)}
        </text>
      )}
    </g>
  );
}

function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
