import type { Study } from '../study';
import { ablations } from './ablations';
import { efficiency } from './efficiency';
import { failures } from './failures';
import { judges } from './judges';
import { ladder } from './ladder';
import { real } from './real';
import { steering } from './steering';
import { transfer } from './transfer';

/** Every study on the embedded model, in the order of the report; a new one is a file and a row. */
export const STUDIES: readonly Study[] = [ladder, ablations, failures, judges, efficiency, steering];

/** Studies on the embedded model after lessons of another family of tasks. */
export const TRANSFER_STUDIES: readonly Study[] = [transfer];

/** Studies on a model and questions of the person. */
export const REAL_STUDIES: readonly Study[] = [real];
