import type { NodeMark, TreeNode } from '@contracts/trees';
import { COLUMN_WIDTH, PILL_HEIGHT, PILL_WIDTH, ROW_HEIGHT, type PlacedNode, type TreeLayout } from './layout';
import type { Size, Viewport } from './viewport';

/** Everything a drawing of the tree depends on besides the viewport. */
export interface Scene {
  readonly nodes: readonly TreeNode[];
  readonly layout: TreeLayout;
  /** Place of a node by its index; absent where a fold or a filter hides it. */
  readonly places: ReadonlyMap<number, PlacedNode>;
  readonly selected: number;
  /** Nodes of the one continuous line. */
  readonly highlighted: ReadonlySet<number>;
  /** Nodes that a search in the text found. */
  readonly found: ReadonlySet<number>;
  readonly marks: ReadonlyMap<number, NodeMark>;
  /** Nodes at or below a pruned one. */
  readonly pruned: ReadonlySet<number>;
}

/** Places whose pill, or the edge to its parent, touches the frame. */
export function inFrame(
  places: readonly PlacedNode[],
  parentOf: (place: PlacedNode) => PlacedNode | undefined,
  view: Viewport,
  frame: Size,
): readonly PlacedNode[] {
  const [left, right] = [-view.x / view.zoom, (frame.width - view.x) / view.zoom];
  const [top, bottom] = [-view.y / view.zoom, (frame.height - view.y) / view.zoom];
  return places.filter((place) => {
    if (place.x + PILL_WIDTH < left || place.x - COLUMN_WIDTH > right) return false;
    const [high, low] = [place.y - ROW_HEIGHT, place.y + ROW_HEIGHT];
    if (low >= top && high <= bottom) return true;
    // Far above or below its parent a node's edge may still cross the frame.
    const parent = parentOf(place);
    return parent !== undefined && Math.min(parent.y, high) <= bottom && Math.max(parent.y, low) >= top;
  });
}

/** The node under a point of the frame, or null. */
export function nodeAt(layout: TreeLayout, view: Viewport, pointX: number, pointY: number): number | null {
  const x = (pointX - view.x) / view.zoom;
  const y = (pointY - view.y) / view.zoom;
  const hit = layout.nodes.find(
    (place) => x >= place.x && x <= place.x + PILL_WIDTH && Math.abs(y - place.y) <= PILL_HEIGHT / 2,
  );
  return hit?.index ?? null;
}
