import { translated } from '../../lib/language';

/** Words of the charts. */
export const texts = translated('charts', {
  at: (step: number) => `step ${step}`,
  save: 'Save',
  saveChart: (title: string) => `Save ${title}`,
  png: 'Picture (PNG)',
  svg: 'Drawing (SVG)',
  csv: 'Figures (CSV)',
  latest: (value: string, step: string) => `${value} at step ${step}`,
  chart: (title: string, latest: string) => `${title}: ${latest}`,
  mark: (name: string, step: number) => `${name} at step ${step}`,
  tools: 'How the charts are drawn',
  smoothing: 'Smoothing',
  automatic: 'automatic',
  log: 'Log scale',
  clip: 'Leave out outliers',
  whole: 'Show all steps',
  zoomed: (from: string, to: string) => `Steps ${from} to ${to}`,
  zoomHelp: 'Drag across a chart to look closer; double-click to see all of it again.',
});
