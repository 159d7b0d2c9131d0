import { translated } from '../../lib/language';

/** Words of the shared controls. */
export const texts = translated('ui', {
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
});
