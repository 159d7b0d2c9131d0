import { describe, expect, it } from 'vitest';
import { COLUMN_WIDTH, PILL_WIDTH, layoutTree } from './layout';
import { inFrame, nodeAt } from './scene';

/** A root with 200 children: the root stands in the middle of a column far taller than the frame. */
const fan = Array.from({ length: 201 }, (_, index) => ({ index, parent: index === 0 ? -1 : 0 }));
const layout = layoutTree(fan, () => false);
const places = new Map(layout.nodes.map((place) => [place.index, place]));
const parentOf = (place: { index: number }) => places.get(fan[place.index]?.parent ?? -1);
const frame = { width: 800, height: 600 };

describe('inFrame', () => {
  it('keeps what the frame touches and leaves out what lies beside it', () => {
    const right = { x: -10 * COLUMN_WIDTH, y: 0, zoom: 1 };
    expect(inFrame(layout.nodes, parentOf, right, frame)).toEqual([]);
    const whole = { x: 0, y: 0, zoom: 0.01 };
    expect(inFrame(layout.nodes, parentOf, whole, frame)).toHaveLength(201);
  });

  it('keeps a node far outside whose edge crosses the frame', () => {
    const root = places.get(0)!;
    // The frame lies half-way between the root and the first child, where neither of them is seen.
    const view = { x: 0, y: 300 - root.y / 2, zoom: 1 };
    const shown = inFrame(layout.nodes, parentOf, view, frame).map((place) => place.index);
    expect(shown).toContain(1);
    expect(shown).not.toContain(0);
    expect(shown).not.toContain(200);
  });
});

describe('nodeAt', () => {
  it('finds the pill under a point, at any zoom, and nothing between the pills', () => {
    const place = places.get(7)!;
    const view = { x: 40, y: -20, zoom: 0.5 };
    const at = (x: number, y: number) => nodeAt(layout, view, view.x + x * view.zoom, view.y + y * view.zoom);
    expect(at(place.x + PILL_WIDTH - 1, place.y)).toBe(7);
    expect(at(place.x - 4, place.y)).toBeNull();
    expect(at(place.x + 4, place.y + 24)).toBeNull();
  });
});
