import { translated } from '../../lib/language';

/** Words of what a wizard shows before anything runs. */
export const previewTexts = translated('previews', {
  tokens: {
    title: 'Which row each token takes, and what it begins as',
    sentence: (tokens: string, rows: string, spare: string, grown: string | null) =>
      `The vocabulary has ${tokens} tokens in ${rows} rows. ${spare} of the new tokens take rows that nobody uses; ${grown === null ? 'the table stays as large as it is' : `the table grows to ${grown} rows`}.`,
    tied: 'It has tied weights: one row for each token.',
    apart: 'Reading and writing have a table each: every new token gets a row in both.',
    columns: { token: 'Token', surface: 'Written', row: 'Row', start: 'Begins as', near: 'Nearest ordinary tokens' },
    meanOf: 'the mean of',
    copyOf: 'a copy of',
    wholeMean: 'the mean of all tokens',
    noise: 'noise, as long as a row on average',
    neighbours: 'What the new rows will be near to',
    neighboursHelp:
      'The five ordinary tokens whose rows point most in the same direction (cosine). The whole embedding is read for it; after training, the page of this stage shows them again.',
  },
  batch: {
    title: 'The first batch, token by token',
    sentence: (examples: string, passes: string, updates: string, trained: string, heldOut: string, leftOut: string) =>
      `The first of ${updates} takes ${examples} in ${passes === '1' ? 'one pass' : `${passes} passes`}. ${trained} examples train, ${heldOut} are held out, ${leftOut} are longer than the limit and stay out.`,
    uses: {
      question: { name: 'question', meaning: 'read, never taught' },
      functional: { name: 'functional token', meaning: 'taught; its loss is shown by itself' },
      text: { name: 'text', meaning: 'taught' },
      masked: { name: 'masked', meaning: 'a wrong turn: read, not taught' },
    },
    padding: 'padding',
    paddingMeaning: 'fills a line up, costs time and teaches nothing',
    padded: (count: number) => `${count} × padding`,
    row: (place: number, question: string) => `Example ${place}, question ${question}`,
    showAll: (count: number) => `Show all ${count}`,
  },
  reward: {
    title: 'Try the reward on stored paths',
    noTrees: 'There are no trees in this project yet; grow some, and the reward can be tried on their paths.',
    sentence: (trees: string, settled: string, right: string, wrong: string) =>
      `On paths of ${trees} stored trees: right ones earn ${right} on average, wrong ones ${wrong}. In ${settled} trees all paths end alike and teach nothing.`,
    upset: (share: string) =>
      `In ${share} of the pairs of a right and a wrong path of one question, the wrong one earns as much or more. Training would follow the reward, not the answers: give the steps less weight, or choose the shaped or the outcome reward.`,
    columns: {
      path: 'Path',
      inputs: 'What the parts see',
      answer: 'Answer',
      steps: 'Steps',
      form: 'Form',
      length: 'Length',
      total: 'Total',
    },
    step: (promise: string, reward: string) => (reward === '' ? promise : `${promise} (${reward})`),
    inputs: (answer: string, verdict: string, form: string, tokens: string) =>
      `${answer}, ${verdict}; ${form}; ${tokens} tokens`,
    noAnswer: 'no answer',
    right: 'right',
    wrong: (reference: string) => `not ${reference}`,
    goodForm: 'in form',
    badForm: 'breaks the grammar',
  },
});
