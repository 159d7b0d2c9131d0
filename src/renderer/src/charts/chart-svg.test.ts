import { expect, it, test } from 'vitest';
import { niceMarks, toSvg, type ChartPicture } from './chart-svg';
import { placeLabels } from './end-labels';

const PICTURE: ChartPicture = {
  title: 'Loss < 1 & falling',
  width: 700,
  height: 300,
  data: [
    [0, 1, 2],
    [3, null, 1],
  ],
  lines: [{ label: 'training', color: '#123456', width: 1.5, opacity: 1 }],
  areas: [],
  range: { from: 0, to: 2 },
  bounds: [0, 4],
  isLog: false,
  isShare: false,
  ink: '#000',
  faint: '#ccc',
  ground: '#fff',
};

it('draws lines over gaps, with their names at their ends and the text escaped', () => {
  const svg = toSvg(PICTURE);
  // Left edge 56, 524 wide for 2 steps; 238 high for 4: the point (0, 3) lies at 272 − 3/4·238 = 93.5.
  expect(svg).toContain('d="M56 93.5L580 212.5"');
  expect(svg).toContain('Loss &#60; 1 &#38; falling');
  expect(svg).toMatch(/fill="#123456">training</);
});

it('marks decades on a log scale and per cent on shares', () => {
  expect(toSvg({ ...PICTURE, isLog: true, bounds: [0.01, 10] })).toMatch(/>0.01<.*>0.1<.*>1<.*>10</);
  expect(toSvg({ ...PICTURE, isShare: true, bounds: [0, 1] })).toContain('>100<');
});

test.each([
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [3, 17, [5, 10, 15]],
  [-0.004, 0.004, [-0.004, -0.002, 0, 0.002, 0.004]],
])('round marks from %d to %d', (low, high, marks) => {
  expect(niceMarks(low, high, 5)).toEqual(marks.map((mark) => expect.closeTo(mark, 12)));
});

test('labels keep their order and never overlap, within the room there is', () => {
  expect(placeLabels([10, 50, 90], 15, 100)).toEqual([10, 50, 90]);
  const placed = placeLabels([98, 99, 20, 21, null], 15, 100);
  const sorted = [...placed].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(15);
  expect(placed[2]!).toBeLessThan(placed[3]!);
  expect(Math.max(...placed)).toBeLessThanOrEqual(92.5);
});
