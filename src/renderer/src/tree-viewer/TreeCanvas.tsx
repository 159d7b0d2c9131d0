import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { useThemeName } from '../lib/use-theme-name';
import { paintTree } from './paint-tree';
import { readPalette, type Palette } from './palette';
import { nodeAt, type Scene } from './scene';
import { describeNode } from './tree-facts';
import { texts } from './texts/en';
import { fitInto, isInSight, openAt, reveal, zoomAt, type Viewport } from './viewport';
import './tree-canvas.css';

export interface TreeCanvasProps {
  readonly scene: Scene;
  readonly onSelect: (index: number) => void;
  readonly onToggleFold: (index: number) => void;
  /** Keys that the canvas does not know itself. */
  readonly onKey: (event: KeyboardEvent) => void;
  /** Raised to show the whole tree once. */
  readonly fitRequest: number;
}

/** A pointer that moved less than this was a click. */
const CLICK_PX = 4;

/**
 * The tree from left to right. It is painted, not built of elements, and panning passes React by: ten thousand nodes move as smoothly as
 * fifty. Wheel zooms at the pointer, drag pans. What is selected is said in words beside it; the outline is the whole tree as text.
 */
export function TreeCanvas({ scene, onSelect, onToggleFold, onKey, fitRequest }: TreeCanvasProps) {
  const frameRef = useRef<HTMLDivElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const [frame, setFrame] = useState({ width: 800, height: 500 });
  const theme = useThemeName();
  const paletteRef = useRef<Palette | null>(null);
  /** Where the person put it; null while it stands as it opened. */
  const viewRef = useRef<Viewport | null>(null);
  const dragRef = useRef<{ x: number; y: number; view: Viewport } | null>(null);
  const pendingRef = useRef(0);
  const stateRef = useRef({ scene, frame });
  stateRef.current = { scene, frame };

  const currentView = useCallback((): Viewport => {
    const { scene: shown, frame: size } = stateRef.current;
    return viewRef.current ?? openAt(shown.layout, size, shown.layout.nodes[0]?.y ?? 0);
  }, []);

  const paint = useCallback(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d', { alpha: false });
    const palette = paletteRef.current;
    if (!canvas || !context || !palette) return;
    const { scene: shown, frame: size } = stateRef.current;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    // Setting a size clears the canvas, even to what it was.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const view = currentView();
    paintTree(context, shown, view, size, palette, ratio);
    canvas.dataset['zoom'] = view.zoom.toFixed(3);
  }, [currentView]);

  /** Once before the next frame, however many moves come in. */
  const paintSoon = useCallback(() => {
    if (pendingRef.current !== 0) return;
    pendingRef.current = requestAnimationFrame(() => {
      pendingRef.current = 0;
      paint();
    });
  }, [paint]);

  const moveTo = useCallback(
    (view: Viewport) => {
      viewRef.current = view;
      paintSoon();
    },
    [paintSoon],
  );

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
      const factor = Math.exp(-event.deltaY * 0.0015);
      moveTo(zoomAt(currentView(), factor, event.clientX - box.left, event.clientY - box.top));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
      cancelAnimationFrame(pendingRef.current);
      pendingRef.current = 0;
    };
  }, [currentView, moveTo]);

  useLayoutEffect(() => {
    if (frameRef.current) paletteRef.current = readPalette(frameRef.current);
  }, [theme]);

  const fittedRef = useRef(fitRequest);
  const revealedRef = useRef(scene.selected);
  const framedRef = useRef(frame);
  useLayoutEffect(() => {
    const place = scene.places.get(scene.selected);
    // Only a new request fits, only a new selection moves; a fold leaves the view where the person put it. What becomes smaller keeps the
    // selection in sight if it was.
    const wasInSight = place !== undefined && isInSight(currentView(), place, framedRef.current);
    if (fittedRef.current !== fitRequest) viewRef.current = fitInto(scene.layout, frame);
    else if (place && (revealedRef.current !== scene.selected || (framedRef.current !== frame && wasInSight)))
      viewRef.current = reveal(currentView(), place, frame);
    fittedRef.current = fitRequest;
    revealedRef.current = scene.selected;
    framedRef.current = frame;
    paint();
  }, [scene, frame, theme, fitRequest, currentView, paint]);

  const startDrag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    dragRef.current = { x: event.clientX, y: event.clientY, view: currentView() };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent) => {
    const start = dragRef.current;
    if (!start) return;
    moveTo({ ...start.view, x: start.view.x + event.clientX - start.x, y: start.view.y + event.clientY - start.y });
  };
  const endDrag = (event: PointerEvent<HTMLElement>) => {
    const start = dragRef.current;
    dragRef.current = null;
    if (!start || Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK_PX) return;
    const box = event.currentTarget.getBoundingClientRect();
    const hit = nodeAt(scene.layout, currentView(), event.clientX - box.left, event.clientY - box.top);
    if (hit !== null) onSelect(hit);
  };

  const node = scene.nodes[scene.selected];
  return (
    <div
      ref={frameRef}
      className="tree-canvas"
      role="application"
      aria-label={`${texts.tree}. ${texts.keys}`}
      aria-describedby="tree-selected"
      tabIndex={0}
      onPointerDown={startDrag}
      onPointerMove={drag}
      onPointerUp={endDrag}
      onPointerCancel={() => (dragRef.current = null)}
      onDoubleClick={() => onToggleFold(scene.selected)}
      onKeyDown={onKey}
    >
      <canvas ref={canvasRef} aria-hidden="true" />
      <p id="tree-selected" className="visually-hidden" aria-live="polite">
        {node && describeNode(node, scene.marks.get(node.index))}
      </p>
    </div>
  );
}
