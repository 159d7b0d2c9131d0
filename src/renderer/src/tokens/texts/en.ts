import { translated } from '../../lib/language';

/** Words of the reasoning blocks. */
export const texts = translated('tokens', {
  plain: 'text',
  wrong: 'wrong',
  cut: 'cut before its end',
  fold: 'Fold',
  unfold: 'Unfold',
});
