import { field } from '../fields';
import { z } from 'zod';

/** How exactly generation computes: with the trainer's own weights, or with coarser ones made from them. */
export const DECODE_PRECISIONS = ['fp32', 'int8', 'int4'] as const;
export type DecodePrecision = (typeof DECODE_PRECISIONS)[number];

/** The setting of every stage that generates. */
export const decodePrecisionField = z
  .enum(DECODE_PRECISIONS)
  .default('fp32')
  .meta(
    field({
      label: 'Precision of generation',
      help: 'fp32 writes exactly what the model would. int8 is two to four times as fast and int4 fastest for a single answer; both change some words, and answers then depend a little on what is generated beside them.',
      advanced: true,
    }),
  );
