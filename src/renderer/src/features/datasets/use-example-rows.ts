import { useQueries, type QueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { ExampleFilter, ExampleRow } from '@contracts/examples';
import type { DatasetId } from '@contracts/ids';
import { api } from '../../lib/api';

/** Lines asked of the host at once. */
const PAGE_ROWS = 200;

/** A stretch of lines, both ends included. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** The lines of a data set of any size, of which only the pages around the needed ones are in memory. */
export interface ExampleRows {
  readonly total: number;
  readonly counts: { readonly todo: number; readonly accepted: number; readonly rejected: number };
  /** Undefined while its page is on the way. */
  at(index: number): ExampleRow | undefined;
  /** Place of an example among the lines in memory. */
  placeOf(id: string): number | undefined;
  /** The first answer is there. */
  readonly isReady: boolean;
  readonly error: Error | null;
}

/** @param needed lines that are looked at; their pages are fetched */
export function useExampleRows(datasetId: DatasetId, filter: ExampleFilter, needed: readonly RowRange[]): ExampleRows {
  const pageKey = [...new Set(needed.flatMap(({ from, to }) => pagesOf(from, to)))].sort((a, b) => a - b).join();
  const pages = useMemo(() => pageKey.split(',').map(Number), [pageKey]);
  const found = useQueries({
    queries: pages.map((page) => ({ ...pageOptions(datasetId, filter, page) })),
    combine: (results) => ({ data: results.map(({ data }) => data), error: results.find(({ error }) => error)?.error }),
  });
  const newest = found.data.find((page) => page !== undefined);
  // While a filter's first page is on the way the old figures stay: no jump of the scroll bar.
  const known = useRef(newest);
  if (newest) known.current = newest;
  return useMemo(() => {
    const rows = new Map<number, ExampleRow>();
    const places = new Map<string, number>();
    found.data.forEach((page, at) => {
      page?.rows.forEach((row, offset) => {
        const index = (pages[at] ?? 0) * PAGE_ROWS + offset;
        rows.set(index, row);
        places.set(row.id, index);
      });
    });
    return {
      total: known.current?.total ?? 0,
      counts: known.current?.counts ?? { todo: 0, accepted: 0, rejected: 0 },
      at: (index) => rows.get(index),
      placeOf: (id) => places.get(id),
      isReady: known.current !== undefined,
      error: found.error ?? null,
    };
  }, [found, pages]);
}

/** All lines of a range, fetched where they are not in memory yet. */
export async function fetchRows(
  queries: QueryClient,
  datasetId: DatasetId,
  filter: ExampleFilter,
  range: RowRange,
): Promise<ExampleRow[]> {
  const pages = await Promise.all(
    pagesOf(range.from, range.to).map((page) => queries.ensureQueryData(pageOptions(datasetId, filter, page))),
  );
  const first = Math.floor(range.from / PAGE_ROWS) * PAGE_ROWS;
  return pages.flatMap(({ rows }) => rows).slice(range.from - first, range.to - first + 1);
}

/** Writes a change into the lines in memory before the host has answered. */
export function patchRows(queries: QueryClient, ids: ReadonlySet<string>, change: Partial<ExampleRow>): void {
  queries.setQueriesData<{ total: number; counts: ExampleRows['counts']; rows: ExampleRow[] }>(
    { queryKey: api.examples.rows.key() },
    (page) => page && { ...page, rows: page.rows.map((row) => (ids.has(row.id) ? { ...row, ...change } : row)) },
  );
}

function pageOptions(datasetId: DatasetId, filter: ExampleFilter, page: number) {
  return api.examples.rows.queryOptions({ input: { datasetId, filter, offset: page * PAGE_ROWS, limit: PAGE_ROWS } });
}

function pagesOf(from: number, to: number): number[] {
  const first = Math.max(0, Math.floor(from / PAGE_ROWS));
  const last = Math.max(first, Math.floor(to / PAGE_ROWS));
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
