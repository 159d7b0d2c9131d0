/** Words of the frame round all pages. */
export const texts = {
  product: 'RFTT Workbench',
  rail: {
    label: 'The road',
    beside: 'Beside the road',
    projects: 'All projects',
    questions: 'Questions',
    judge: 'Judge',
    runs: 'Runs',
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
} as const;
