import { translated } from '../../lib/language';

/** Words of the frame round all pages. */
export const texts = translated('app', {
  product: 'RFTT Workbench',
  rail: {
    label: 'The road',
    beside: 'Beside the road',
    projects: 'All projects',
    search: 'Search',
    questions: 'Questions',
    judge: 'Judge',
    playground: 'Playground',
    runs: 'Runs',
    guide: 'Guide',
    settings: 'Settings',
    next: 'next step',
    states: { 'not-yet': 'not yet', ready: 'ready', running: 'running', done: 'done' },
  },
  inspector: { label: 'Inspector', close: 'Close', fold: 'Fold the inspector', unfold: 'Open the inspector' },
  status: {
    label: 'Status',
    connecting: 'Connecting…',
    lost: 'Connection lost. Runs go on; this window tries again by itself.',
    idle: 'No run is going on',
    queued: (count: number) => (count === 1 ? '1 run waits' : `${count} runs wait`),
    left: (range: string) => `${range} left`,
    memory: (used: string, total: string) => `${used} of ${total} memory in use`,
  },
  news: {
    ended: (name: string, how: string) => `“${name}” ${how}.`,
    how: { finished: 'has finished', stopped: 'has stopped before its end' },
    open: 'Open the run',
    dismiss: 'Dismiss',
    conflict: 'Another window changed this draft as well. Nothing was overwritten.',
    takeTheirs: 'Take the other one',
    keepMine: 'Keep this one',
  },
  notFound: {
    title: 'There is no such page',
    body: 'The address leads nowhere: perhaps it was typed by hand, or comes from another version.',
    action: 'Go to the start page',
  },
  projectGone: {
    title: 'This project is gone',
    body: 'It was deleted, or this window was opened on another data folder. Nothing else is affected.',
  },
  skip: 'Skip to the page',
  crashed: 'This page stopped working.',
});
