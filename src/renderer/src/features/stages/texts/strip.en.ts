import { translated } from '../../../lib/language';

/** Words of the strip that shows a text cut into tokens. */
export const stripTexts = translated('strip', {
  text: 'A text to cut into tokens',
  help: 'Functional tokens count as one piece each once a model has them; before, they are spelled out.',
  sample: '<analysis>\nFirst find the price of one.\n</analysis>\n<next_step>\n12 / 4 = 3\n</next_step>\n',
  compareWith: 'Compare with',
  choose: 'Choose a model',
  noModel: 'Import a model to see how it cuts a text into tokens.',
  strip: (name: string) => `Tokens of ${name}`,
  id: (id: number) => `number ${id} in the vocabulary`,
});
