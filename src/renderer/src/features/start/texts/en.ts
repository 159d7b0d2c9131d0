import { translated } from '../../../lib/language';

/** Words of the start page. */
export const texts = translated('start', {
  title: 'Start',
  sentence: 'Make a small language model reason better, on this machine, and see how it happens.',
  projects: 'Projects',
  newProject: 'New project',
  name: 'Name',
  defaultName: 'My first project',
  nameMissing: 'Give the project a name.',
  beginWith: 'Begin with',
  withEmbedded: 'The small model that comes along',
  withEmbeddedHelp:
    'A model of two million weights and its arithmetic questions. The whole road takes minutes: the best way to learn it.',
  withOwn: 'A model of your own',
  withOwnHelp: 'A Hugging Face folder or a GGUF file from this machine, and your own questions.',
  create: 'Create project',
  cancel: 'Cancel',
  emptyTitle: 'No project yet',
  emptyBody:
    'A project holds one model and everything that is made from it: trees, examples, checkpoints, comparisons.',
  demoTitle: 'See it first',
  demoBody: (trees: string, examples: string, before: string, after: string, questions: string) =>
    `A finished project to look round in: ${trees} trees, ${examples} examples, two trained checkpoints and their comparison. The small model went from ${before} to ${after} right answers on ${questions} unseen questions.`,
  openDemo: 'Open the demo project',
  demoSize: (size: string) => `${size}, comes with the program; nothing is downloaded`,
  ownTitle: 'Or begin at once',
  next: 'Next step',
  allDone: 'The whole road is walked. Compare, export, or explore further.',
  goOn: 'Go on',
  open: (name: string) => `Open ${name}`,
  rename: 'Rename',
  remove: 'Delete',
  removeTitle: (name: string) => `Delete “${name}”?`,
  removeBody:
    'Its runs, trees, examples and checkpoints go into the trash and can come back for a week. Models and files of your own stay where they are.',
  trash: {
    title: (count: number) => `Deleted projects (${count})`,
    deleted: (name: string) => `“${name}” was deleted.`,
    gone: (moment: string) => `gone for good on ${moment}`,
    undo: 'Bring back',
    forGood: 'Delete for good',
  },
  created: (moment: string) => `created ${moment}`,
  demo: 'with the small model that comes along',
});
