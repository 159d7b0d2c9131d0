import type { Deduction } from './reward';

/** What length costs: nothing up to the soft limit, then in proportion to the excess; at twice the limit the whole weight. */
export const length: Deduction = ({ tokens }, { lengthWeight, lengthSoftLimit }) =>
  (lengthWeight * Math.max(0, tokens - lengthSoftLimit)) / lengthSoftLimit;
