/** What the layout needs to know of a node; `index` counts from 0 and a parent comes before its children. */
export interface LayoutNode {
  readonly index: number;
  /** -1 for the root. */
  readonly parent: number;
}

/** Where a visible node stands: left edge and middle of its pill, in pixels at zoom 1. */
export interface PlacedNode {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  /** Children that a fold hides. */
  readonly hiddenChildren: number;
}

export interface TreeLayout {
  /** Top to bottom in reading order of the outline (depth first). */
  readonly nodes: readonly PlacedNode[];
  readonly width: number;
  readonly height: number;
}

export const PILL_WIDTH = 208;
export const PILL_HEIGHT = 40;
export const COLUMN_WIDTH = 264;
export const ROW_HEIGHT = 52;

/**
 * Tidy layout from left to right: a column a depth, a row a visible leaf, every parent in the middle of its first and last child.
 * Linear in the number of nodes; equal trees give equal layouts, and unfolding moves nothing above the unfolded node.
 * @param isFolded nodes whose children are hidden
 * @param isShown  nodes a filter leaves; a node is also shown when something below it is
 */
export function layoutTree(
  nodes: readonly LayoutNode[],
  isFolded: (index: number) => boolean,
  isShown: (index: number) => boolean = () => true,
): TreeLayout {
  const children = childrenOf(nodes);
  const shown = withAncestors(nodes, isShown);
  const placed: PlacedNode[] = [];
  let row = 0;
  let deepest = 0;

  // An explicit stack: trees of a search may be deeper than the call stack allows when they are chains.
  const root = nodes[0];
  if (!root || !shown[0]) return { nodes: [], width: 0, height: 0 };
  interface Frame {
    readonly index: number;
    readonly depth: number;
    readonly slot: number;
    readonly visible: readonly number[];
    next: number;
    firstY: number;
    lastY: number;
  }
  const open = (index: number, depth: number): Frame => {
    const all = (children[index] ?? []).filter((child) => shown[child]);
    const slot = placed.length;
    placed.push({ index, x: depth * COLUMN_WIDTH, y: 0, depth, hiddenChildren: isFolded(index) ? all.length : 0 });
    deepest = Math.max(deepest, depth);
    return { index, depth, slot, visible: isFolded(index) ? [] : all, next: 0, firstY: 0, lastY: 0 };
  };
  const stack: Frame[] = [open(root.index, 0)];
  while (stack.length > 0) {
    const frame = stack[stack.length - 1]!;
    const child = frame.visible[frame.next];
    if (child !== undefined) {
      frame.next += 1;
      stack.push(open(child, frame.depth + 1));
      continue;
    }
    stack.pop();
    const y = frame.visible.length === 0 ? row++ * ROW_HEIGHT + ROW_HEIGHT / 2 : (frame.firstY + frame.lastY) / 2;
    placed[frame.slot] = { ...placed[frame.slot]!, y };
    const parent = stack[stack.length - 1];
    if (parent) {
      if (parent.next === 1) parent.firstY = y;
      parent.lastY = y;
    }
  }
  return { nodes: placed, width: (deepest + 1) * COLUMN_WIDTH, height: row * ROW_HEIGHT };
}

const CHILDREN = new WeakMap<readonly LayoutNode[], readonly (readonly number[])[]>();

/** Indices of the children of every node, in the order they were made; remembered for a list that is asked about again. */
export function childrenOf(nodes: readonly LayoutNode[]): readonly (readonly number[])[] {
  const known = CHILDREN.get(nodes);
  if (known) return known;
  const children: number[][] = nodes.map(() => []);
  for (const node of nodes) if (node.parent >= 0) children[node.parent]?.push(node.index);
  CHILDREN.set(nodes, children);
  return children;
}

/** The path from the root to a node, both included. */
export function pathTo(nodes: readonly LayoutNode[], index: number): readonly number[] {
  const path: number[] = [];
  for (let at = index; at >= 0; at = nodes[at]?.parent ?? -1) path.push(at);
  return path.reverse();
}

/** A node is kept when it passes or when something below it does. */
function withAncestors(nodes: readonly LayoutNode[], isShown: (index: number) => boolean): readonly boolean[] {
  const shown = nodes.map((node) => isShown(node.index));
  for (let i = nodes.length - 1; i > 0; i--) {
    const parent = nodes[i]!.parent;
    if (shown[i] && parent >= 0) shown[parent] = true;
  }
  return shown;
}
