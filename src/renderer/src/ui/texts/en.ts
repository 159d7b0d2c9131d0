/** Words of the shared controls. */
export const texts = {
  error: {
    where: 'Where',
    kept: 'What was kept',
    wayOut: 'What to do',
    retry: 'Try again',
    technical: 'Technical text',
  },
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  cancel: 'Cancel',
  loading: 'Loading',
} as const;
