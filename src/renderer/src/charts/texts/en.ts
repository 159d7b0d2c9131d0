/** Words of the charts. */
export const texts = {
  step: 'step',
  smoothed: 'smoothed',
  csv: 'CSV',
  saveCsv: (title: string) => `Save ${title} as CSV`,
  latest: (value: string, step: string) => `${value} at step ${step}`,
  chart: (title: string, latest: string) => `${title}: ${latest}`,
} as const;
