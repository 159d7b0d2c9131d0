import { translated } from '../../lib/language';

/** Words of the charts. */
export const texts = translated('charts', {
  step: 'step',
  smoothed: 'smoothed',
  csv: 'CSV',
  saveCsv: (title: string) => `Save ${title} as CSV`,
  latest: (value: string, step: string) => `${value} at step ${step}`,
  chart: (title: string, latest: string) => `${title}: ${latest}`,
});
