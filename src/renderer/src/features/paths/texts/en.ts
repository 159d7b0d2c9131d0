/** Words of the path picker. */
export const texts = {
  path: 'Path',
  pathHelp: 'Type or paste a path, or look for it below.',
  up: 'One folder up',
  folder: 'folder',
  model: 'model',
  choose: 'Choose',
  entries: 'Files and folders',
  empty: 'There is nothing here that fits.',
  go: 'Go',
} as const;
