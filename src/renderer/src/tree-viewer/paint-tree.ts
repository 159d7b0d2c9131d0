import type { TreeNode } from '@contracts/trees';
import { tokenFacts } from '../tokens/token-facts';
import { EDGE_CLASSES, EDGE_DASHES, edgeClassOf, edgeWidth, type EdgeClass } from './edge-look';
import { PILL_HEIGHT, PILL_WIDTH, type PlacedNode } from './layout';
import type { Palette } from './palette';
import { inFrame, type Scene } from './scene';
import { meanValue, outcomeOf, type NodeOutcome } from './tree-facts';
import { texts } from './texts/en';
import type { Size, Viewport } from './viewport';

/** Below this zoom words cannot be read, so they are not drawn. */
const WORDS_FROM_ZOOM = 0.45;
/** Below this one a pill is a few pixels: a plain block, and straight edges. */
const PILLS_FROM_ZOOM = 0.2;
const RADIUS = 6;
const VALUE_BAR = 3;
const OUTCOME_DASHES: Readonly<Record<NodeOutcome, readonly number[]>> = { right: [], wrong: [3, 3], open: [] };

/** Draws the part of the tree that the frame shows. The canvas is `ratio` device pixels for each pixel of the page. */
export function paintTree(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: Viewport,
  frame: Size,
  palette: Palette,
  ratio: number,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.sunken;
  context.fillRect(0, 0, frame.width, frame.height);
  const { zoom } = view;
  context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * view.x, ratio * view.y);
  const parentOf = (place: PlacedNode) => scene.places.get(scene.nodes[place.index]?.parent ?? -1);
  const visible = inFrame(scene.layout.nodes, parentOf, view, frame);
  paintEdges(context, scene, visible, parentOf, palette, zoom);
  if (zoom < PILLS_FROM_ZOOM) paintBlocks(context, scene, visible, palette);
  else for (const place of visible) paintPill(context, scene, place, palette, zoom >= WORDS_FROM_ZOOM);
}

const EDGE_COLORS: Readonly<Record<EdgeClass, (palette: Palette) => string>> = {
  mostly: ({ good }) => good,
  sometimes: ({ warn }) => warn,
  never: ({ edge }) => edge,
  unvisited: ({ edge }) => edge,
};

/** All edges of a class and width are one path: strokes cost by the path. */
function paintEdges(
  context: CanvasRenderingContext2D,
  scene: Scene,
  visible: readonly PlacedNode[],
  parentOf: (place: PlacedNode) => PlacedNode | undefined,
  palette: Palette,
  zoom: number,
): void {
  const isFar = zoom < PILLS_FROM_ZOOM;
  const total = scene.nodes[0]?.visits ?? 1;
  const groups = new Map<string, { edgeClass: EdgeClass; width: number; path: Path2D }>();
  const best = new Path2D();
  for (const place of visible) {
    const parent = parentOf(place);
    const node = scene.nodes[place.index];
    if (!parent || !node) continue;
    if (scene.highlighted.has(place.index)) {
      addEdge(best, parent, place, isFar);
      continue;
    }
    const edgeClass = edgeClassOf(node);
    const width = Math.round(edgeWidth(node.visits, total));
    const key = `${edgeClass} ${width}`;
    const group = groups.get(key) ?? { edgeClass, width, path: new Path2D() };
    groups.set(key, group);
    addEdge(group.path, parent, place, isFar);
  }
  const ordered = [...groups.values()].sort(
    (a, b) => EDGE_CLASSES.indexOf(b.edgeClass) - EDGE_CLASSES.indexOf(a.edgeClass),
  );
  context.lineJoin = 'round';
  context.globalAlpha = 0.7;
  for (const { edgeClass, width, path } of ordered) {
    context.strokeStyle = EDGE_COLORS[edgeClass](palette);
    // Dashes of a fraction of a pixel say nothing and cost much.
    context.setLineDash(isFar ? [] : [...EDGE_DASHES[edgeClass]]);
    context.lineWidth = Math.max(width, 0.6 / zoom);
    context.stroke(path);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  context.strokeStyle = palette.accent;
  context.lineWidth = Math.max(4, 1.5 / zoom);
  context.stroke(best);
}

function addEdge(path: Path2D, parent: PlacedNode, place: PlacedNode, isStraight: boolean): void {
  const from = parent.x + PILL_WIDTH;
  path.moveTo(from, parent.y);
  if (isStraight) {
    path.lineTo(place.x, place.y);
    return;
  }
  const middle = (from + place.x) / 2;
  path.bezierCurveTo(middle, parent.y, middle, place.y, place.x, place.y);
}

/** Height of a block by its outcome, as a share of a pill: from far the outcome shows without colour, too. */
const BLOCK_HEIGHTS: Readonly<Record<NodeOutcome, number>> = { right: 1, wrong: 0.55, open: 0.3 };

/** From far: a block for each node, in the colour and height of its outcome. */
function paintBlocks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  visible: readonly PlacedNode[],
  palette: Palette,
): void {
  const colors: Readonly<Record<NodeOutcome, string>> = { right: palette.good, wrong: palette.bad, open: palette.edge };
  for (const place of visible) {
    const node = scene.nodes[place.index];
    if (!node) continue;
    const outcome = outcomeOf(node);
    const isSelected = place.index === scene.selected || scene.found.has(place.index);
    const height = PILL_HEIGHT * (isSelected ? 1 : BLOCK_HEIGHTS[outcome]);
    context.globalAlpha = scene.pruned.has(place.index) ? 0.3 : 1;
    context.fillStyle = isSelected ? palette.focus : colors[outcome];
    context.fillRect(place.x, place.y - height / 2, PILL_WIDTH, height);
  }
  context.globalAlpha = 1;
}

function paintPill(
  context: CanvasRenderingContext2D,
  scene: Scene,
  place: PlacedNode,
  palette: Palette,
  hasWords: boolean,
): void {
  const node = scene.nodes[place.index];
  if (!node) return;
  const { line, tint } = palette.tokenColors(node.kind);
  const top = place.y - PILL_HEIGHT / 2;
  const outcome = outcomeOf(node);
  const mark = scene.marks.get(place.index);
  context.globalAlpha = scene.pruned.has(place.index) ? 0.4 : 1;

  context.beginPath();
  context.roundRect(place.x, top, PILL_WIDTH, PILL_HEIGHT, RADIUS);
  context.fillStyle = tint;
  context.fill();
  const isSelected = place.index === scene.selected;
  context.setLineDash(isSelected ? [] : [...OUTCOME_DASHES[outcome]]);
  context.strokeStyle = isSelected
    ? palette.focus
    : outcome === 'right'
      ? palette.good
      : outcome === 'wrong'
        ? palette.bad
        : line;
  context.lineWidth = isSelected ? 3 : outcome === 'open' ? 1 : 2;
  context.stroke();
  context.setLineDash([]);
  if (scene.found.has(place.index)) {
    context.beginPath();
    context.roundRect(place.x - 4, top - 4, PILL_WIDTH + 8, PILL_HEIGHT + 8, RADIUS + 3);
    context.strokeStyle = palette.warn;
    context.lineWidth = 2;
    context.stroke();
  }

  context.fillStyle = line;
  context.globalAlpha *= 0.75;
  context.fillRect(
    place.x + RADIUS,
    top + PILL_HEIGHT - VALUE_BAR - 1,
    (PILL_WIDTH - 2 * RADIUS) * Math.max(0, Math.min(1, meanValue(node))),
    VALUE_BAR,
  );
  context.globalAlpha = scene.pruned.has(place.index) ? 0.4 : 1;
  if (hasWords) paintWords(context, node, place, palette, line);
  if (mark === 'pruned') {
    context.strokeStyle = palette.bad;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(place.x, place.y);
    context.lineTo(place.x + PILL_WIDTH, place.y);
    context.stroke();
  }
  if (mark === 'pinned') {
    context.fillStyle = palette.accent;
    context.beginPath();
    context.moveTo(place.x + PILL_WIDTH - 16, top);
    context.lineTo(place.x + PILL_WIDTH, top);
    context.lineTo(place.x + PILL_WIDTH, top + 16);
    context.fill();
  }
  context.globalAlpha = 1;
}

function paintWords(
  context: CanvasRenderingContext2D,
  node: TreeNode,
  place: PlacedNode,
  palette: Palette,
  line: string,
): void {
  const { label, verdict, facts } = wordsOf(node);
  const outcome = outcomeOf(node);
  const right = place.x + PILL_WIDTH - 9;
  context.font = `700 13px ${palette.font}`;
  context.fillStyle = line;
  context.fillText(tokenFacts(node.kind).glyph, place.x + 9, place.y - 3);
  context.font = `12px ${palette.font}`;
  context.fillStyle = palette.ink;
  context.fillText(label, place.x + 27, place.y - 3);
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.faint;
  context.fillText(facts, place.x + 9, place.y + 12);
  if (verdict !== '') {
    context.font = `600 11px ${palette.font}`;
    context.fillStyle = outcome === 'right' ? palette.good : palette.bad;
    context.textAlign = 'right';
    context.fillText(verdict, right, place.y + 12);
    context.textAlign = 'left';
  }
  if (place.hiddenChildren > 0) {
    context.font = `12px ${palette.font}`;
    context.fillStyle = palette.faint;
    context.fillText(texts.hidden(place.hiddenChildren), place.x + PILL_WIDTH + 6, place.y + 4);
  }
}

interface PillWords {
  readonly label: string;
  readonly facts: string;
  readonly verdict: string;
}

/** What a pill says; a node that did not change says the same again. */
const spoken = new WeakMap<TreeNode, PillWords>();
const LABEL_LENGTH = 26;

function wordsOf(node: TreeNode): PillWords {
  const known = spoken.get(node);
  if (known) return known;
  const outcome = outcomeOf(node);
  const words: PillWords = {
    label: shorten(node.text, LABEL_LENGTH),
    facts: texts.pillFacts(node.visits, meanValue(node), node.prior),
    verdict: outcome === 'open' ? '' : node.isTruncated ? `… ${texts.cut}` : texts.verdicts[outcome],
  };
  spoken.set(node, words);
  return words;
}

function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
