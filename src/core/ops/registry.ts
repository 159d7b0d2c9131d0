import { attend, causalMask, rope, segmentMask } from './attention';
import { dropoutMask } from './dropout';
import {
  absolute,
  add,
  exp,
  geluTanh,
  isAtMost,
  maximum,
  minimum,
  multiply,
  scale,
  shift,
  sigmoid,
  sign,
  silu,
  subtract,
} from './elementwise';
import { fence } from './fence';
import { loraLinear, matmul } from './linear-algebra';
import {
  gatherColumns,
  gatherRows,
  gatherRowsPartly,
  pickColumn,
  placeColumn,
  replaceColumn,
  scatterRows,
  zeros,
} from './lookup';
import { logSoftmax, rmsNorm } from './normalise';
import { int8Linear, int8Matmul } from './quantised';
import { rotate } from './rotate';
import { concat, expand, reshape, split, sum, transpose } from './shape';

/** Every op of the engine. The table-driven tests ask for cases of each: a new row here does not compile until it has some. */
export const OPS = {
  absolute,
  add,
  attend,
  causalMask,
  concat,
  dropoutMask,
  exp,
  expand,
  fence,
  gatherColumns,
  gatherRows,
  gatherRowsPartly,
  geluTanh,
  int8Linear,
  int8Matmul,
  isAtMost,
  logSoftmax,
  loraLinear,
  matmul,
  maximum,
  minimum,
  multiply,
  pickColumn,
  placeColumn,
  replaceColumn,
  reshape,
  rmsNorm,
  rope,
  rotate,
  scale,
  scatterRows,
  segmentMask,
  shift,
  sigmoid,
  sign,
  silu,
  split,
  subtract,
  sum,
  transpose,
  zeros,
};
