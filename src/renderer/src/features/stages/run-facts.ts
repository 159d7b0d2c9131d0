import type { Run, RunStatus } from '@contracts/runs';
import { inWords } from '../../lib/error-words';
import { fromStoredEnvelope } from '../../lib/errors';
import { formatBytes, formatDuration, formatInteger, formatNumber, formatPercent, formatRange } from '../../lib/format';
import { inWindowWords } from '../../app/host-words';
import type { Tone } from '../../ui/marks';
import { FIGURES } from './texts/figures.en';
import { texts } from './texts/en';

/** How each state of a run looks: glyph and tone; the word is in the texts. */
export const STATUS_LOOK: Readonly<Record<RunStatus, { readonly glyph: string; readonly tone: Tone }>> = {
  queued: { glyph: '…', tone: 'idle' },
  running: { glyph: '◐', tone: 'active' },
  pausing: { glyph: '◐', tone: 'active' },
  paused: { glyph: '‖', tone: 'warn' },
  cancelled: { glyph: '×', tone: 'idle' },
  finished: { glyph: '●', tone: 'good' },
  failed: { glyph: '!', tone: 'bad' },
  interrupted: { glyph: '!', tone: 'warn' },
};

/** Shares of 1 among the figures of a run, by the end of their name. */
const SHARE_NAMES = /(?:accuracy|share|rate|coverage|vote)$/i;
/** Figures with a unit in their name. */
const UNITS: readonly { readonly name: RegExp; readonly show: (words: string, value: number) => string }[] = [
  { name: /bytes$/i, show: (words, value) => `${words} ${formatBytes(value)}`.trim() },
  { name: /seconds$/i, show: (words, value) => `${words} ${formatDuration(value)}`.trim() },
];
/** Figures that fit a line. */
const SHOWN = 5;

/** Figures a run ended with, in words: `300 trees, 248 solved`. */
export function describeResult(run: Run): string {
  const parts = Object.entries(run.result).flatMap(([name, value]) => {
    if (typeof value !== 'number' || name.startsWith('p_') || name.includes('.')) return [];
    const words = `${run.kind}.${name}` in FIGURES ? FIGURES[`${run.kind}.${name}`] : FIGURES[name];
    if (words === null) return [];
    return [words ? words(value) : describeFigure(name, value)];
  });
  return parts.slice(0, SHOWN).join(', ');
}

/** Where a run stands: its phase and time left while it goes, its figures afterwards. */
export function describeRun(run: Run): string {
  const { progress } = run;
  if (run.status === 'finished' || !progress)
    return run.error ? inWords(fromStoredEnvelope(run.error)).what : describeResult(run);
  const left =
    progress.secondsLeft && run.status === 'running'
      ? `, ${texts.left(formatRange(progress.secondsLeft.low, progress.secondsLeft.high))}`
      : '';
  return `${inWindowWords(progress.phase)}, ${texts.doneOf(formatInteger(progress.done), formatInteger(progress.total), inWindowWords(progress.unit))}${left}`;
}

export function statusName(status: RunStatus): string {
  return texts.status[status];
}

/** `solvedShare` 0.8 → `solved share 80 %`; `trees` 300 → `300 trees`. */
export function describeFigure(name: string, value: number): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const unit = UNITS.find(({ name: pattern }) => pattern.test(name));
  if (unit) return unit.show(words.replace(unit.name, '').trim(), value);
  if (SHARE_NAMES.test(name) && Math.abs(value) <= 1) return `${words} ${formatPercent(value)}`;
  return Number.isInteger(value) ? `${formatInteger(value)} ${words}` : `${words} ${formatNumber(value)}`;
}
