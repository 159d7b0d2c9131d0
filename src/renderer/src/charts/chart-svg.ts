import { labelTicks } from './ticks';

/** A chart as it is handed on: drawn once more, as text. */
export interface ChartPicture {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Steps first, then a column for each line. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly lines: readonly PictureLine[];
  /** Areas between two columns, by their index among the lines; `below` null for the axis. */
  readonly areas: readonly {
    readonly above: number;
    readonly below: number | null;
    readonly color: string;
    readonly opacity: number;
  }[];
  readonly range: { readonly from: number; readonly to: number };
  readonly bounds: readonly [number, number];
  readonly isLog: boolean;
  readonly isShare: boolean;
  readonly ink: string;
  readonly faint: string;
  readonly ground: string;
}

export interface PictureLine {
  /** At the line's end; empty for none. */
  readonly label: string;
  readonly color: string;
  readonly width: number;
  readonly opacity: number;
}

const EDGE = { top: 34, right: 120, bottom: 28, left: 56 } as const;
const MARKS = 5;

/** The picture as a whole SVG document. */
export function toSvg(picture: ChartPicture): string {
  const { width, height, title, ink, faint, ground, range, data, lines, areas, isShare } = picture;
  const [steps = [], ...columns] = data;
  const x = (step: number) =>
    EDGE.left + ((step - range.from) / (range.to - range.from)) * (width - EDGE.left - EDGE.right);
  const y = heightOf(picture);
  const yMarks = picture.isLog ? decades(picture.bounds) : niceMarks(...picture.bounds, MARKS);
  const xMarks = niceMarks(range.from, range.to, MARKS).filter(Number.isInteger);
  const yLabels = labelTicks(yMarks.map((mark) => (isShare ? 100 * mark : mark)));
  const xLabels = labelTicks(xMarks);
  const right = width - EDGE.right;
  const bottom = height - EDGE.bottom;
  const text = (at: readonly [number, number], anchor: string, color: string, body: string, more = '') =>
    `<text x="${round(at[0])}" y="${round(at[1])}" text-anchor="${anchor}" fill="${color}"${more}>${escapeXml(body)}</text>`;
  const parts = [
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    text([EDGE.left, 20], 'start', ink, title, ' font-weight="600" font-size="13"'),
    ...yMarks.flatMap((mark, i) => [
      `<line x1="${EDGE.left}" x2="${right}" y1="${round(y(mark))}" y2="${round(y(mark))}" stroke="${faint}"/>`,
      text([EDGE.left - 6, y(mark) + 4], 'end', ink, yLabels[i] ?? ''),
    ]),
    ...xMarks.map((mark, i) => text([x(mark), bottom + 18], 'middle', ink, xLabels[i] ?? '')),
    `<clipPath id="plot"><rect x="${EDGE.left}" y="${EDGE.top - 4}" width="${right - EDGE.left}" height="${bottom - EDGE.top + 8}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none">',
    ...areas.map(({ above, below, color, opacity }) => {
      const top = pathOf(steps, columns[above] ?? [], x, y);
      const floor = below === null ? steps.map(() => picture.bounds[0]) : (columns[below] ?? []);
      const back = pathOf([...steps].reverse(), [...floor].reverse(), x, y).replace(/^M/, 'L');
      return top === '' || back === ''
        ? ''
        : `<path d="${top}${back}Z" fill="${color}" fill-opacity="${opacity}" stroke="none"/>`;
    }),
    ...lines.map(({ color, width: stroke, opacity }, i) => {
      const path = pathOf(steps, columns[i] ?? [], x, y);
      return stroke === 0 || path === ''
        ? ''
        : `<path d="${path}" stroke="${color}" stroke-width="${stroke}" stroke-opacity="${opacity}" stroke-linejoin="round"/>`;
    }),
    '</g>',
    ...lines.map(({ label, color }, i) => {
      const last = columns[i]?.findLast((value) => value !== null) ?? null;
      return label === '' || last === null ? '' : text([right + 8, y(last) + 4], 'start', color, label);
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">${parts.filter(Boolean).join('')}</svg>`;
}

function heightOf({ bounds: [low, high], height, isLog }: ChartPicture): (value: number) => number {
  const scale = (value: number) => (isLog ? Math.log10(value) : value);
  const [from, to] = [scale(low), scale(high)];
  const room = height - EDGE.top - EDGE.bottom;
  return (value) => height - EDGE.bottom - ((scale(value) - from) / (to - from || 1)) * room;
}

/** One path over all gaps. */
function pathOf(
  steps: readonly (number | null)[],
  values: readonly (number | null)[],
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  steps.forEach((step, i) => {
    const value = values[i] ?? null;
    if (step === null || value === null) return;
    path += `${path === '' ? 'M' : 'L'}${round(x(step))} ${round(y(value))}`;
  });
  return path;
}

/** Round numbers within bounds, about so many: steps of 1, 2 or 5 times a power of ten. */
export function niceMarks(low: number, high: number, about: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten within bounds; the bounds themselves where there is none. */
function decades([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const count = Math.floor(Math.log10(high) + 1e-9) - first + 1;
  return count > 0 ? Array.from({ length: count }, (_, i) => 10 ** (first + i)) : [low, high];
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
