import { translated } from '../../lib/language';

/** Words of the table of neighbours. */
export const neighbourTexts = translated('tokenNeighbours', {
  token: 'Token',
  tag: 'Written',
  noise: 'begins as noise, near to nothing',
  cosine: (value: string) => `cosine ${value}`,
});
