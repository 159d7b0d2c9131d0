import { ERROR_CLASSES, type ErrorClass } from '@core/dataset/error-classes';
import type { ExampleFilter } from '@contracts/examples';
import type { DatasetId, ExampleId } from '@contracts/ids';
import type { SqlValue } from '../sql';
import { textQuery } from './example-texts';

/** Error classes as the bits that are stored. */
export function maskOfClasses(classes: readonly ErrorClass[]): number {
  return classes.reduce((mask, errorClass) => mask | bitOfClass(errorClass), 0);
}

export function bitOfClass(errorClass: ErrorClass): number {
  return 1 << ERROR_CLASSES.indexOf(errorClass);
}

export function classesOfMask(mask: number): ErrorClass[] {
  return ERROR_CLASSES.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

type Condition = (filter: ExampleFilter) => { readonly sql: string; readonly params?: Record<string, SqlValue> } | null;

/** One row for each field of the filter; null where it asks for nothing. */
const CONDITIONS: { readonly [K in keyof Required<ExampleFilter>]: Condition } = {
  verdict: ({ verdict }) => (verdict ? { sql: 'examples.verdict = $verdict', params: { verdict } } : null),
  kind: ({ kind }) => (kind ? { sql: 'examples.kind = $kind', params: { kind } } : null),
  hasProblems: ({ hasProblems }) =>
    hasProblems === undefined ? null : { sql: `examples.problem_count ${hasProblems ? '>' : '='} 0` },
  errorClass: ({ errorClass }) =>
    errorClass ? { sql: '(examples.error_mask & $errorBit) <> 0', params: { errorBit: bitOfClass(errorClass) } } : null,
  tag: ({ tag }) =>
    tag
      ? {
          // By seq: the index that a filter walks along holds it, the id it does not.
          sql: `examples.seq IN (SELECT tagged.seq FROM example_tags JOIN examples AS tagged ON tagged.id = example_tags.example_id
            WHERE example_tags.dataset_id = $datasetId AND example_tags.tag = $tag)`,
          params: { tag },
        }
      : null,
  search: ({ search }) => {
    if (search.trim() === '') return null;
    const match = textQuery(search);
    if (match === null) return { sql: 'FALSE' };
    return {
      sql: 'examples.seq IN (SELECT rowid FROM example_texts WHERE example_texts MATCH $match)',
      params: { match },
    };
  },
};

/** A WHERE clause over `examples` with its parameters. */
export interface Selection {
  readonly where: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

/** What a filter shows; shared by lists, counts and decisions, so that they speak of the same rows. */
export function filterClause(datasetId: DatasetId, filter: ExampleFilter): Selection {
  const conditions = Object.values(CONDITIONS).flatMap((condition) => condition(filter) ?? []);
  const params: Record<string, SqlValue> = { datasetId };
  return {
    where: ['examples.dataset_id = $datasetId', ...conditions.map(({ sql }) => sql)].join(' AND '),
    params: Object.assign(params, ...conditions.map((condition) => condition.params ?? {})),
  };
}

/** These examples and no others. */
export function idsClause(ids: readonly ExampleId[]): Selection {
  return { where: 'examples.id IN (SELECT value FROM json_each($ids))', params: { ids: JSON.stringify(ids) } };
}
