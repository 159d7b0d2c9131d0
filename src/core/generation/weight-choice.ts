import type { DecodePrecision } from '../models/decode-precision';
import type { WeightSource } from '../models/forward-weights';

/** The graphs of generation; see `Decoder`. */
export type GraphKind = 'decode' | 'sharedDecode' | 'prefill';

/** Which weights serve how many rows, fewest first; the last one any number. */
type SourcesByRows = readonly { readonly maxRows: number; readonly source: WeightSource }[];

/** A lone row is a vector that every kernel streams; the others are measured in docs/experiments.md, "The weight as the left factor". */
const LONE_ROW = 1;

const always = (source: WeightSource): SourcesByRows => [{ maxRows: Number.POSITIVE_INFINITY, source }];

/**
 * The fastest weights for each case, as measured (docs/experiments.md, "Products with quantised weights"): four bits win where a step is bound
 * by reading weights, which is at a few rows; beyond them, and in prefilling, the int8 product is several times as fast.
 */
const SOURCES: Readonly<Record<DecodePrecision, Readonly<Record<GraphKind, SourcesByRows>>>> = {
  fp32: {
    decode: [{ maxRows: LONE_ROW, source: 'shared' }, ...always('streamed')],
    sharedDecode: always('shared'),
    prefill: always('shared'),
  },
  int8: { decode: always('int8'), sharedDecode: always('int8'), prefill: always('int8ByRow') },
  int4: {
    decode: [{ maxRows: 3, source: 'int4' }, ...always('int8')],
    sharedDecode: always('int8'),
    prefill: always('int8ByRow'),
  },
};

export function weightSourceFor(precision: DecodePrecision, kind: GraphKind, rows: number): WeightSource {
  return SOURCES[precision][kind].find(({ maxRows }) => rows <= maxRows)?.source ?? 'shared';
}
