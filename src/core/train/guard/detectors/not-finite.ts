import type { Detector } from '../detector';

/** A figure that is no number any more. The trainer refuses such an update by itself; this catches what it measures besides. */
export const notFinite: Detector = {
  name: 'not-finite',
  kinds: ['sft', 'rl'],
  detect({ first, last }) {
    const row = last.at(-1) ?? first.at(-1);
    const found = Object.entries(row?.values ?? {}).filter(([, value]) => !Number.isFinite(value));
    if (found.length === 0) return null;
    return {
      figures: found.map(([metric, now]) => ({ metric, before: null, now })),
      words: `Not a finite number any more: ${found.map(([name]) => name).join(', ')}.`,
    };
  },
};
