import type { ErrorCode } from '@core/error-codes';
import type { ErrorWords } from '../../../app/texts/errors.en';
import { data } from './data';
import { modelFiles } from './model-files';
import { training } from './training';
import { workbench } from './workbench';

/** Every error in German; a code without words does not compile. */
export const errors: Readonly<Record<ErrorCode, ErrorWords>> = { ...modelFiles, ...training, ...data, ...workbench };
