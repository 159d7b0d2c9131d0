import type { WritableDb } from '../sql';
import { baseSchema } from './0001-base';
import { reviewSchema } from './0002-review';
import { treeMarksSchema } from './0003-tree-marks';
import { runPageSchema } from './0004-run-page';
import { judgedNodesSchema } from './0005-judged-nodes';
import { trashSchema } from './0008-trash';
import { wizardsSchema } from './0006-wizards';
import { tokenSetsSchema } from './0007-token-sets';

/** One numbered change of the schema; never edited after a release. */
export interface SchemaStep {
  readonly slug: string;
  apply(db: WritableDb): void;
}

/** In order; the position (from 1) is the schema version after the step. */
export const SCHEMA_STEPS: readonly SchemaStep[] = [
  baseSchema,
  reviewSchema,
  treeMarksSchema,
  runPageSchema,
  judgedNodesSchema,
  trashSchema,
  wizardsSchema,
  tokenSetsSchema,
];
