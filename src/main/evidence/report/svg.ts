/** Marks of a plot, in pixels of its own box. Colours come from the style, which follows the reader's light or dark page. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
}

/** A whole picture around some marks. `label` is read aloud instead of it. */
export function picture({ width, height }: PlotBox, label: string, marks: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(label)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

export const SERIES_COLOURS = 8;

/** Strokes `s0`, `s1`, … and fills `f0`, `f1`, … of the series. */
function seriesStyles(colours: readonly string[]): readonly string[] {
  return colours.map((colour, i) => `.s${i}{stroke:${colour}}.f${i}{fill:${colour}}`);
}

const STYLE = [
  'text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#3b3f46}',
  '.title{font-weight:600;font-size:13px;fill:#1d2025}.faint{fill:#6b7079;font-size:11px}',
  '.page{fill:#fff}.grid{stroke:#e4e6ea}.axis{stroke:#b9bdc5}',
  '.bar{fill:#5b7fb9}.bar.base{fill:#9aa1ac}.whisker{stroke:#1d2025;stroke-width:1.5}.dot{fill:#1d2025;fill-opacity:.55}',
  '.line{fill:none;stroke-width:2;stroke-linejoin:round}',
  ...seriesStyles(['#2f6bb3', '#b04c14', '#237a49', '#8a4fa3', '#8f6a1f', '#17707c', '#b83a5e', '#5d626b']),
  '@media(prefers-color-scheme:dark){text{fill:#c9cdd4}.title{fill:#eceef1}.faint{fill:#9aa1ac}.page{fill:#16181c}.grid{stroke:#2a2d33}.axis{stroke:#4a4f58}',
  '.bar{fill:#4f78b8}.bar.base{fill:#6b7079}.whisker{stroke:#eceef1}.dot{fill:#eceef1}',
  ...seriesStyles(['#6ea3e8', '#e8894f', '#5cc28a', '#c095d8', '#d9b15f', '#55c2d1', '#ee84a6', '#a8aeb8']),
  '}',
].join('');

export function text(x: number, y: number, words: string, options: { anchor?: string; kind?: string } = {}): string {
  const { anchor = 'start', kind } = options;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}>${escape(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

export function rectangle(x: number, y: number, width: number, height: number, kind: string): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(height)}" rx="2"/>`;
}

export function circle(x: number, y: number, radius: number, kind: string): string {
  return `<circle class="${kind}" cx="${round(x)}" cy="${round(y)}" r="${radius}"/>`;
}

export function polyline(points: readonly (readonly [x: number, y: number])[], kind: string): string {
  return `<polyline class="line ${kind}" points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
