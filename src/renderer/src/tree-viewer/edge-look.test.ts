import { describe, expect, it } from 'vitest';
import { EDGE_CLASSES, EDGE_DASHES, edgeClassOf, edgeWidth } from './edge-look';

describe('edges', () => {
  it('tell value by class', () => {
    expect(
      [
        { visits: 0, valueSum: 0 },
        { visits: 4, valueSum: 0 },
        { visits: 4, valueSum: 1 },
        { visits: 4, valueSum: 2 },
      ].map(edgeClassOf),
    ).toEqual(['unvisited', 'never', 'sometimes', 'mostly']);
  });

  it('look different in each class without any colour', () => {
    expect(new Set(EDGE_CLASSES.map((edgeClass) => EDGE_DASHES[edgeClass].join(' '))).size).toBe(EDGE_CLASSES.length);
  });

  it('are thicker the more walks went that way', () => {
    // 1 + 5·sqrt(1/4) = 3.5
    expect([0, 4, 16].map((visits) => edgeWidth(visits, 16))).toEqual([1, 3.5, 6]);
  });
});
