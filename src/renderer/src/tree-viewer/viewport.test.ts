import { describe, expect, it } from 'vitest';
import { READABLE_ZOOM, fitInto, openAt, reveal, zoomAt } from './viewport';

describe('zoomAt', () => {
  it('keeps the point under the pointer', () => {
    const view = { x: 10, y: 20, zoom: 1 };
    const next = zoomAt(view, 1.5, 110, 70);
    // The drawing point under the pointer is (100, 50) before and after.
    expect([(110 - next.x) / next.zoom, (70 - next.y) / next.zoom]).toEqual([100, 50]);
  });
});

describe('fitInto', () => {
  it('never enlarges a small tree', () => {
    expect(fitInto({ width: 100, height: 50 }, { width: 800, height: 600 }).zoom).toBe(1);
  });
});

describe('openAt', () => {
  it('shows a small tree whole', () => {
    const frame = { width: 800, height: 600 };
    expect(openAt({ width: 400, height: 300 }, frame, 150)).toEqual(fitInto({ width: 400, height: 300 }, frame));
  });

  it('begins a large tree at its root, in a size that can be read', () => {
    const view = openAt({ width: 9000, height: 20_000 }, { width: 800, height: 600 }, 7000);
    expect(view.zoom).toBe(READABLE_ZOOM);
    expect(view.y + 7000 * view.zoom).toBe(300);
  });
});

describe('reveal', () => {
  it('moves nothing when the point is in view', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(reveal(view, { x: 200, y: 200 }, { width: 800, height: 600 })).toEqual(view);
  });

  it('brings a point into view', () => {
    const view = reveal({ x: 0, y: 0, zoom: 1 }, { x: 2000, y: 900 }, { width: 800, height: 600 });
    expect(view.x + 2000).toBeLessThan(800);
    expect(view.y + 900).toBeLessThan(600);
  });
});
