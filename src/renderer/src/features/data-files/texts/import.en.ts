import { translated } from '../../../lib/language';

/** Words that every import of a file shares. */
export const texts = translated('importForm', {
  file: 'The file',
  sample: 'The first rows',
  check: 'What would come in',
  checking: 'Reading every row…',
  accepted: (count: string) => `${count} will be imported`,
  rejected: (count: string) => `${count} will be left out`,
  noneRejected: 'No row is left out.',
  rejectedTitle: 'Rows left out, and why',
  rejectedMore: (shown: string, all: string) => `The first ${shown} of ${all}.`,
  line: 'Line',
  reason: 'Why',
  excerpt: 'The row',
  name: 'Name',
  nothing: 'No row can be used.',
  wait: 'Wait until the rows are read.',
});
