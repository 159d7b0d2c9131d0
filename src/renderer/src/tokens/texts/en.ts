/** Words of the reasoning blocks. */
export const texts = {
  plain: 'text',
  wrong: 'wrong',
  cut: 'cut before its end',
  fold: 'Fold',
  unfold: 'Unfold',
} as const;
