import { QUESTION } from './edit-set';

export interface GrammarNode {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface GrammarPicture {
  readonly width: number;
  readonly height: number;
  /** The question first, then the tokens in their order. */
  readonly nodes: readonly GrammarNode[];
}

/** Room of one pill, with what keeps it from its neighbour. */
export const PILL = { width: 124, height: 28 } as const;
const WIDTH = 640;
const MARGIN = 20;

/**
 * Nodes on two sides of an ellipse, clockwise from the question at the upper left: every edge is a chord, no pill touches another, and a set
 * always looks the same.
 */
export function layOutGrammar(names: readonly string[]): GrammarPicture {
  const all = [QUESTION, ...names];
  const right = Math.floor(all.length / 2);
  const rows = all.length - right;
  const height = Math.max(240, rows * (PILL.height + 26) + 2 * MARGIN);
  const [rx, ry] = [WIDTH / 2 - PILL.width / 2 - MARGIN, height / 2 - MARGIN];
  const place = (row: number, of: number, side: -1 | 1) => {
    const y = -ry + ((row + 0.5) * 2 * ry) / of;
    // Never so near to the middle that the two sides meet.
    const reach = Math.max(PILL.width / 2 + 16, rx * Math.sqrt(Math.max(0, 1 - (y / (ry * 1.15)) ** 2)));
    return { x: WIDTH / 2 + side * reach, y: height / 2 + y };
  };
  return {
    width: WIDTH,
    height,
    nodes: all.map((name, at) => ({
      name,
      ...(at === 0 ? place(0, rows, -1) : at <= right ? place(at - 1, right, 1) : place(all.length - at, rows, -1)),
    })),
  };
}

/** An arrow from one node to another as an SVG path, bent a little so that the way back is another line. */
export function edgePath(from: GrammarNode, to: GrammarNode, picture: GrammarPicture): string {
  if (from.name === to.name) return loopPath(from, picture);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(26, length / 6);
  const middle = { x: (from.x + to.x) / 2 - (dy / length) * bend, y: (from.y + to.y) / 2 + (dx / length) * bend };
  const start = onEdge(from, middle);
  const end = onEdge(to, middle);
  return `M${point(start)}Q${point(middle)} ${point(end)}`;
}

/** A loop on the side that looks away from the middle. */
function loopPath({ x, y }: GrammarNode, { height }: GrammarPicture): string {
  const side = y < height / 2 ? -1 : 1;
  const top = y + (side * PILL.height) / 2;
  return `M${point({ x: x - 14, y: top })}C${point({ x: x - 22, y: top + side * 18 })} ${point({ x: x + 22, y: top + side * 18 })} ${point({ x: x + 14, y: top })}`;
}

/** Where the line from a pill's middle towards a point leaves the pill. */
function onEdge(node: GrammarNode, towards: { readonly x: number; readonly y: number }) {
  const [dx, dy] = [towards.x - node.x, towards.y - node.y];
  const [halfWidth, halfHeight] = [PILL.width / 2 + 2, PILL.height / 2 + 2];
  const share = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : halfWidth / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : halfHeight / Math.abs(dy),
  );
  return { x: node.x + dx * share, y: node.y + dy * share };
}

function point({ x, y }: { readonly x: number; readonly y: number }): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
