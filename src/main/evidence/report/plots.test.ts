import fc from 'fast-check';
import { expect, test } from 'vitest';
import { barPlot, curvePlot } from './plots';

/** Texts of a picture with where they begin, as far as they begin there. */
function texts(svg: string) {
  return [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)" text-anchor="(\w+)"[^>]*>([^<]*)</g)].map(
    ([, x, y, anchor, words]) => ({ x: Number(x), y: Number(y), anchor, words: words! }),
  );
}
const widthOf = (svg: string) => Number(/width="(\d+(?:\.\d+)?)"/.exec(svg)?.[1]);

test('names of curves fit into the picture and do not lie on each other', () => {
  const titles = [
    'short',
    'process reward summed, as published',
    'after the warm-up, samples-judged: vote weighed by the process model',
  ];
  const svg = curvePlot(
    'Title',
    titles.map((title) => ({
      title,
      points: [
        [1, 0.5],
        [2, 0.5],
      ] as const,
    })),
    { x: 'iteration' },
  );
  const names = texts(svg).filter(({ words }) => titles.includes(words));
  expect(names).toHaveLength(titles.length);
  // A character of 12 pixels' type takes at most 6.6 pixels on average.
  for (const { x, words } of names) expect(x + 6.6 * words.length).toBeLessThanOrEqual(widthOf(svg));
  const heights = names.map(({ y }) => y).toSorted((a, b) => a - b);
  heights.slice(1).forEach((y, i) => expect(y - heights[i]!).toBeGreaterThanOrEqual(12));
});

test('the axis takes in every value at a few round numbers', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (from, span) => {
        const svg = curvePlot(
          'Title',
          [
            {
              title: 'a',
              points: [
                [1, from],
                [2, from + span],
              ],
            },
          ],
          { x: 'iteration' },
        );
        const lines = [...svg.matchAll(/<line class="(?:axis|grid)" x1="[\d.]+" y1="([\d.-]+)"/g)].map(([, y]) =>
          Number(y),
        );
        expect(lines.length).toBeGreaterThanOrEqual(2);
        expect(lines.length).toBeLessThanOrEqual(7);
        const points = /points="([^"]*)"/
          .exec(svg)![1]!
          .split(' ')
          .map((point) => Number(point.split(',')[1]));
        for (const y of points) {
          expect(y).toBeGreaterThanOrEqual(Math.min(...lines) - 0.11);
          expect(y).toBeLessThanOrEqual(Math.max(...lines) + 0.11);
        }
      },
    ),
  );
});

test('bars show the share, its interval and a dot for each seed', () => {
  const svg = barPlot('Title', [
    { title: 'base', interval: { value: 0.5, low: 0.4, high: 0.6, count: 100 }, seeds: [0.45, 0.55], isBase: true },
  ]);
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg.match(/class="whisker"/g)).toHaveLength(3);
  expect(texts(svg).map(({ words }) => words)).toContain('50.0 %');
});
