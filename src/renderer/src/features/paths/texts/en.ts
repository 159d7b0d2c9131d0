import { translated } from '../../../lib/language';

/** Words of the path picker. */
export const texts = translated('paths', {
  path: 'Path',
  pathHelp: 'Type or paste a path, or look for it below.',
  up: 'One folder up',
  folder: 'folder',
  model: 'model',
  adapter: 'adapter',
  choose: 'Choose',
  entries: 'Files and folders',
  empty: 'There is nothing here that fits.',
  go: 'Go',
});
