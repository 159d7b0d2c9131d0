import type { BulkDecision } from '@contracts/examples';
import { execute, selectAll, type SqlValue, type WritableDb } from '../sql';
import { bitOfClass, type Selection } from './example-filter';
import { indexExample, type SearchedRow } from './example-texts';

type Action = BulkDecision['action'];
type Of<A extends Action> = Extract<BulkDecision, { action: A }>;

/** How a decision is carried out on any number of rows by SQL alone. */
interface BulkRow<A extends Action> {
  /** The column that changes, its new value, and when it is not there yet. */
  readonly column: string;
  set(decision: Of<A>): string;
  differs(decision: Of<A>): string;
  params(decision: Of<A>): Record<string, SqlValue>;
  /** The state before, under the name that `ExampleState` gives it. */
  readonly before: string;
  readonly restore: string;
  /** Texts or lists that hang on the column are brought after it. */
  readonly follow?: (db: WritableDb, decisionId: number) => void;
}

const HAS_TAG = 'EXISTS (SELECT 1 FROM json_each(examples.tags_json) WHERE value = $tag)';

const BULK: { readonly [A in Action]: BulkRow<A> } = {
  verdict: {
    column: 'verdict',
    set: () => '$verdict',
    differs: () => 'examples.verdict <> $verdict',
    params: ({ verdict }) => ({ verdict }),
    before: `json_object('verdict', verdict)`,
    restore: `json_extract(before_json, '$.verdict')`,
  },
  errorClass: {
    column: 'error_mask',
    set: ({ isSet }) => (isSet ? 'error_mask | $bit' : 'error_mask & ~$bit'),
    differs: ({ isSet }) => `(examples.error_mask & $bit) ${isSet ? '=' : '<>'} 0`,
    params: ({ errorClass }) => ({ bit: bitOfClass(errorClass) }),
    before: `json_object('errorMask', error_mask)`,
    restore: `json_extract(before_json, '$.errorMask')`,
  },
  tag: {
    column: 'tags_json',
    set: ({ isSet }) =>
      isSet
        ? `json_insert(tags_json, '$[#]', $tag)`
        : `(SELECT json_group_array(value) FROM json_each(examples.tags_json) WHERE value <> $tag)`,
    differs: ({ isSet }) => (isSet ? `NOT ${HAS_TAG}` : HAS_TAG),
    params: ({ tag }) => ({ tag }),
    before: `json_object('tags', json(tags_json))`,
    restore: `json_extract(before_json, '$.tags')`,
    follow: followTags,
  },
};

/** Whether a decision of the journal was made on rows at once and is taken back the same way. */
export function isBulkAction(action: string): action is Action {
  return action in BULK;
}

/**
 * Carries a decision out on every selected example that it changes, and writes the state before into the journal.
 * Call inside a transaction.
 */
export function decideSelected(
  db: WritableDb,
  { where, params }: Selection,
  decision: BulkDecision,
  decisionId: number,
): number {
  // The row of the table belongs to the action that it is looked up by.
  const row = BULK[decision.action] as BulkRow<Action>;
  const { changes } = execute(
    db,
    `INSERT INTO example_decision_items (decision_id, example_id, before_json)
     SELECT $decisionId, examples.id, ${row.before} FROM examples WHERE ${where} AND ${row.differs(decision)}`,
    { ...params, ...row.params(decision), decisionId },
  );
  execute(
    db,
    `UPDATE examples SET ${row.column} = ${row.set(decision)}, revision = revision + 1
     WHERE id IN (SELECT example_id FROM example_decision_items WHERE decision_id = $decisionId)`,
    { ...row.params(decision), decisionId },
  );
  row.follow?.(db, decisionId);
  return changes;
}

/** Puts every example of such a decision back. Call inside a transaction. */
export function restoreDecided(db: WritableDb, decisionId: number, action: Action): void {
  const row = BULK[action];
  execute(
    db,
    `UPDATE examples SET ${row.column} = ${row.restore}, revision = revision + 1 FROM example_decision_items AS items
     WHERE items.decision_id = $decisionId AND items.example_id = examples.id`,
    { decisionId },
  );
  row.follow?.(db, decisionId);
}

/** The list of tags and the full-text index after the tags of a decision's examples changed. */
function followTags(db: WritableDb, decisionId: number): void {
  const touched = 'SELECT example_id FROM example_decision_items WHERE decision_id = $decisionId';
  execute(db, `DELETE FROM example_tags WHERE example_id IN (${touched})`, { decisionId });
  execute(
    db,
    `INSERT INTO example_tags (dataset_id, tag, example_id)
     SELECT examples.dataset_id, tags.value, examples.id FROM examples, json_each(examples.tags_json) AS tags
     WHERE examples.id IN (${touched})`,
    { decisionId },
  );
  const rows = selectAll<SearchedRow>(
    db,
    `SELECT seq, question_id, prompt, steps_json, note, tags_json FROM examples WHERE id IN (${touched})`,
    { decisionId },
  );
  for (const row of rows) indexExample(db, row);
}
