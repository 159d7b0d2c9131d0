import { createHash } from 'node:crypto';
import type { ExampleRecord } from '@contracts/engine-protocol';
import type { Example } from '@contracts/examples';
import type { DatasetId, ExampleId, TreeId } from '@contracts/ids';
import { comparableText, findErrorClasses, type ErrorClass } from '@core/dataset/error-classes';
import type { PortableExample } from '@core/dataset/layouts/portable-example';
import { bit, execute, fromJson, selectOne, type ReadableDb, type SqlParams, type WritableDb } from '../sql';
import { bitOfClass, maskOfClasses } from './example-filter';
import { indexTexts } from './example-texts';
import { tokenSetOfDataset } from './token-sets';

export interface ExamplePlace {
  readonly newId: ExampleId;
  readonly datasetId: DatasetId;
  readonly treeId: TreeId | null;
}

/** Columns in which what the engine makes again replaces what it made before. */
const MADE = [
  'tree_id',
  'kind',
  'steps_json',
  'node_path_json',
  'problems_json',
  'problem_count',
  'token_count',
  'text_hash',
];

const INSERT = `INSERT INTO examples (id, dataset_id, position, key, tree_id, question_id, prompt, reference_answer, kind, steps_json,
    node_path_json, problems_json, problem_count, token_count, verdict, is_edited, note, revision, error_mask, text_hash, tags_json,
    step_marks_json)
  VALUES ($id, $datasetId, $position, $key, $treeId, $questionId, $prompt, $referenceAnswer, $kind, $steps, $nodePath, $problems,
    $problemCount, $tokenCount, $verdict, $isEdited, $note, 1, $errorMask, $hash, $tags, $stepMarks)`;

/**
 * Stores what the engine made. The same key again replaces the content, but never what a person decided or edited.
 * Call inside a transaction.
 */
export function upsertExample(
  db: WritableDb,
  place: ExamplePlace,
  record: ExampleRecord,
  knownClasses: Example['errorClasses'] = [],
): void {
  const hash = hashOfExample(record);
  const isDuplicate = isTaken(db, place.datasetId, hash, record.key);
  const stored = selectOne<{ seq: number; id: ExampleId; note: string; tags_json: string }>(
    db,
    `${INSERT} ON CONFLICT (dataset_id, key) DO UPDATE SET ${MADE.map((name) => `${name} = excluded.${name}`).join(', ')}
     WHERE is_edited = 0 RETURNING seq, id, note, tags_json`,
    {
      ...contentOf(place, record, hash),
      position: nextPosition(db, place.datasetId),
      errorMask:
        maskOfClasses([...findErrorClasses(record, tokenSetOfDataset(db, place.datasetId)), ...knownClasses]) |
        duplicateBit(isDuplicate),
      verdict: 'todo',
      isEdited: 0,
      note: '',
      tags: '[]',
      stepMarks: '[]',
    },
  );
  // An example that a person edited stays as it is, and so does what is found by it.
  if (!stored) return;
  const { seq, note } = stored;
  const isNew = stored.id === place.newId;
  indexTexts(db, isNew ? 'INSERT' : 'INSERT OR REPLACE', { ...record, seq, note, tags: fromJson(stored.tags_json) });
}

/** What an import puts into a data set of its own, in order. */
export interface ExampleAppender {
  /** Call inside a transaction. @returns whether it says the same as one before */
  append(place: Omit<ExamplePlace, 'datasetId'>, example: PortableExample): boolean;
}

/** Fills a new data set that nobody else writes to: places, keys and texts that occurred are counted here and not looked up. */
export function createExampleAppender(db: WritableDb, datasetId: DatasetId): ExampleAppender {
  const hashes = new Set<string>();
  const keys = new Set<string>();
  let position = 0;
  return {
    append(place, example) {
      const hash = hashOfExample(example);
      const isDuplicate = hashes.has(hash);
      hashes.add(hash);
      let key = example.key;
      for (let again = 2; keys.has(key); again++) key = `${example.key} (${again})`;
      keys.add(key);
      const { lastInsertRowid } = execute(db, INSERT, {
        ...contentOf({ ...place, datasetId }, { ...example, key }, hash),
        position: position++,
        errorMask: maskOfClasses(example.errorClasses) | duplicateBit(isDuplicate),
        verdict: example.verdict,
        isEdited: bit(example.isEdited),
        note: example.note,
        tags: JSON.stringify(example.tags),
        stepMarks: JSON.stringify(example.stepMarks),
      });
      for (const tag of example.tags)
        execute(db, 'INSERT INTO example_tags (dataset_id, tag, example_id) VALUES ($datasetId, $tag, $id)', {
          datasetId,
          tag,
          id: place.newId,
        });
      indexTexts(db, 'INSERT', { ...example, seq: Number(lastInsertRowid) });
      return isDuplicate;
    },
  };
}

type Content = Pick<
  PortableExample,
  'key' | 'questionId' | 'prompt' | 'referenceAnswer' | 'kind' | 'nodePath' | 'problems' | 'tokenCount'
> & { readonly steps: readonly { readonly text: string }[] };

function contentOf({ newId, datasetId, treeId }: ExamplePlace, example: Content, hash: string): SqlParams {
  return {
    id: newId,
    datasetId,
    treeId,
    hash,
    key: example.key,
    questionId: example.questionId,
    prompt: example.prompt,
    referenceAnswer: example.referenceAnswer,
    kind: example.kind,
    steps: JSON.stringify(example.steps),
    nodePath: JSON.stringify(example.nodePath),
    problems: JSON.stringify(example.problems),
    problemCount: example.problems.length,
    tokenCount: example.tokenCount,
  };
}

/** Equal for examples that say the same. */
export function hashOfExample({ prompt, steps }: Pick<Content, 'prompt' | 'steps'>): string {
  return createHash('sha256').update(comparableText(prompt, steps)).digest('base64');
}

function isTaken(db: ReadableDb, datasetId: DatasetId, hash: string, key: string): boolean {
  const sql = 'SELECT 1 FROM examples WHERE dataset_id = $datasetId AND text_hash = $hash AND key <> $key LIMIT 1';
  return selectOne(db, sql, { datasetId, hash, key }) !== undefined;
}

function nextPosition(db: ReadableDb, datasetId: DatasetId): number {
  const sql = 'SELECT MAX(position) AS last FROM examples WHERE dataset_id = $datasetId';
  return (selectOne<{ last: number | null }>(db, sql, { datasetId })?.last ?? -1) + 1;
}

function duplicateBit(isDuplicate: boolean): number {
  return isDuplicate ? bitOfClass('duplicate' satisfies ErrorClass) : 0;
}
