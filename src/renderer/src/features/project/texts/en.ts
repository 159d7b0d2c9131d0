import { translated } from '../../../lib/language';

/** Words of the page that shows where a project stands. */
export const texts = translated('project', {
  sentence: 'The road from a model to a better one: where this project stands, and what comes next.',
  road: 'The road',
  states: { 'not-yet': 'not yet', ready: 'ready', running: 'under way', done: 'done' },
  next: 'next',
  watch: 'Watch it',
  look: 'Look at it',
  allDone: 'The whole road is walked. Compare more checkpoints, explore further, or begin again with other questions.',
  explore: 'Worth a look',
  exploreHelp: 'Everything here was made by the runs of this project, and every figure leads back to a question.',
  ways: {
    search: {
      name: 'How it thought',
      sentence: 'Trees of attempts: which steps led to right answers, and why the search went there.',
    },
    examples: {
      name: 'What it learned from',
      sentence: 'Paths and mended wrong turns that became examples. Read a few and judge them.',
    },
    sft: { name: 'How it learned', sentence: 'The loss while it was fine-tuned, and what it wrote on the way.' },
    rl: {
      name: 'How it got better',
      sentence: 'Rewards, length and entropy while it explored, and the same question at each step.',
    },
    evaluate: {
      name: 'Whether it is better',
      sentence: 'All checkpoints on the same unseen questions, with intervals and every question that flipped.',
    },
  },
  about: 'About this demo',
  aboutBody:
    'A finished project that ships with the program, made by one real run of the demo. Nothing in it was chosen by hand.',
  before: 'Right answers before',
  afterSft: 'After fine-tuning',
  afterRl: 'After exploring',
  questions: (figure: string, count: string) => `${figure} of ${count} unseen questions`,
  madeBy: 'Made by',
  madeOn: (minutes: string, cores: string, when: string, version: string) =>
    `${minutes} of work on ${cores} processor cores, ${when}, workbench ${version}`,
  rounded: 'As shipped',
  roundedBody: (dtype: string, sft: string, rl: string) =>
    `Weights are stored as ${dtype}, half the size. So rounded, the two checkpoints answer ${sft} and ${rl} of the same questions.`,
  quick: 'This is the quick form of the demo: it shows every page and says nothing about accuracy.',
});
