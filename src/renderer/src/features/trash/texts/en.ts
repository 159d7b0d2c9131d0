import { translated } from '../../../lib/language';

/** Words of a project's trash. */
export const texts = translated('trash', {
  title: (count: string, size: string) => (size === '' ? `Trash (${count})` : `Trash (${count}, ${size})`),
  sentence: 'What was deleted in this project. It comes back as it was, until the trash is emptied.',
  deleted: (name: string) => `“${name}” was deleted.`,
  restore: 'Bring back',
  restoreNamed: (name: string) => `Bring back ${name}`,
  kinds: { run: 'Run', checkpoint: 'Checkpoint', questionSet: 'Questions', dataset: 'Data set' },
  columns: { name: 'Name', kind: 'Kind', size: 'On disk', removed: 'Deleted', way: 'Way back' },
  empty: 'Empty the trash',
  emptyTitle: 'Delete all this for good?',
  emptyBody: (count: string, size: string) =>
    `${count} and their files (${size}) are deleted. This is the one thing here that cannot be undone.`,
  emptied: (size: string) => `The trash is empty; ${size} are free again.`,
});
