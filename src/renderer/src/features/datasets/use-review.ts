import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { z } from 'zod';
import { ExampleFilter, type BulkDecision, type Decision, type Example, type ExampleStep } from '@contracts/examples';
import { ExampleId, type DatasetId } from '@contracts/ids';
import { api, client } from '../../lib/api';
import { useDebounced } from '../../lib/use-debounced';
import { useDraft } from '../../lib/use-draft';
import { fetchRows, patchRows, useExampleRows, type ExampleRows, type RowRange } from './use-example-rows';
import { texts } from './texts/en';

/** Examples one decision takes by their ids; more are decided by the filter. */
const MOST_SELECTED = 5000;
const SEARCH_AFTER_MS = 120;

const Kept = z.object({ filter: ExampleFilter, focusedId: z.string().nullable() });
const BEGINNING: z.infer<typeof Kept> = { filter: { search: '' }, focusedId: null };

/** A review under way: the filter, the lines it shows, the example in focus, the selection, and every decision. */
export interface Review {
  readonly datasetId: DatasetId;
  readonly filter: ExampleFilter;
  setFilter(change: { readonly [K in keyof ExampleFilter]?: ExampleFilter[K] | undefined }): void;
  readonly rows: ExampleRows;
  /** Tells which lines are on the screen. */
  show(range: RowRange): void;
  readonly focusIndex: number;
  readonly focusedId: ExampleId | null;
  readonly focus: UseQueryResult<{ example: Example; originalSteps: ExampleStep[] | null }, Error>;
  focusOn(index: number): void;
  move(by: number): void;
  readonly selected: ReadonlySet<ExampleId>;
  toggleSelected(): void;
  selectRange(): void;
  clearSelected(): void;
  /** On the selection where there is one, else on the example in focus. */
  decide(decision: BulkDecision): void;
  /** On the example in focus. */
  decideOne(decision: Decision): void;
  /** On everything the filter shows. */
  decideAll(decision: BulkDecision): void;
  undo(): void;
  /** What the last decision or undo did. */
  readonly said: string;
  readonly error: Error | null;
  readonly isBusy: boolean;
}

/** The state of the review of one data set, kept over reloads. @param linked example to open first, e.g. from a link in a tree */
export function useReview(datasetId: DatasetId, linked: string | null): Review {
  const queries = useQueryClient();
  const kept = useDraft(`review:${datasetId}`, Kept, BEGINNING);
  const { filter } = kept.value;
  const search = useDebounced(filter.search, SEARCH_AFTER_MS);
  const asked = { ...filter, search };
  const [hint, setHint] = useState(0);
  const [shown, setShown] = useState<RowRange>({ from: 0, to: 40 });
  const [selected, setSelected] = useState<ReadonlySet<ExampleId>>(new Set());
  const [anchor, setAnchor] = useState<number | null>(null);
  const [said, setSaid] = useState('');
  const [lost, setLost] = useState<Error | null>(null);

  const rows = useExampleRows(datasetId, asked, [shown, { from: hint, to: hint + 1 }]);
  const place = kept.value.focusedId === null ? undefined : rows.placeOf(kept.value.focusedId);
  const focusIndex = Math.max(0, Math.min(place ?? hint, rows.total - 1));
  const focusedId = rows.at(focusIndex)?.id ?? null;
  useEffect(() => setHint(focusIndex), [focusIndex]);
  const focus = useQuery({
    ...api.examples.get.queryOptions({ input: { id: focusedId ?? ExampleId.parse('none') } }),
    enabled: focusedId !== null,
    placeholderData: (before) => before,
  });
  usePrefetch(rows.at(focusIndex + 1)?.id);

  const { update } = kept;
  const focusOn = useCallback(
    (index: number) => {
      const row = rows.at(index);
      setHint(index);
      update((value) => ({ ...value, focusedId: row?.id ?? null }));
    },
    [rows, update],
  );
  const openExample = useCallback(
    async (id: string, within: ExampleFilter) => {
      try {
        const found = await client.examples.place({ id: ExampleId.parse(id), filter: within });
        if (found.place === null) return;
        setHint(found.place);
        update((value) => ({ ...value, focusedId: id }));
      } catch (error) {
        setLost(asError(error));
      }
    },
    [update],
  );
  const { isReady } = kept;
  useEffect(() => {
    if (linked === null || !isReady) return;
    // A link means this example, whatever was filtered before.
    update(() => ({ filter: BEGINNING.filter, focusedId: linked }));
    void openExample(linked, BEGINNING.filter);
  }, [linked, isReady, update, openExample]);

  const decision = useMutation(
    api.examples.decide.mutationOptions({ onSuccess: ({ changed }) => setSaid(texts.decided(changed)) }),
  );
  const forAll = useMutation(
    api.examples.decideAll.mutationOptions({ onSuccess: ({ changed }) => setSaid(texts.decided(changed)) }),
  );
  const undoLast = useMutation(
    api.examples.undo.mutationOptions({
      onSuccess: ({ undone, changed, exampleIds }) => {
        setSaid(undone === null ? texts.nothingToUndo : texts.undone(undone, changed));
        if (exampleIds[0]) void openExample(exampleIds[0], asked);
      },
    }),
  );

  const move = (by: number) => focusOn(Math.max(0, Math.min(rows.total - 1, focusIndex + by)));
  return {
    datasetId,
    filter,
    setFilter: (change) => {
      const merged = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined);
      update(() => ({ filter: ExampleFilter.parse(Object.fromEntries(merged)), focusedId: null }));
      setHint(0);
      setSelected(new Set());
    },
    rows,
    show: setShown,
    focusIndex,
    focusedId,
    focus,
    focusOn,
    move,
    selected,
    toggleSelected: () => {
      if (focusedId === null) return;
      const next = new Set(selected);
      if (!next.delete(focusedId)) next.add(focusedId);
      setSelected(next);
      setAnchor(focusIndex);
    },
    selectRange: () => {
      const from = Math.min(anchor ?? focusIndex, focusIndex);
      const to = Math.min(Math.max(anchor ?? focusIndex, focusIndex), from + MOST_SELECTED - selected.size - 1);
      void fetchRows(queries, datasetId, asked, { from, to }).then(
        (found) => setSelected((before) => new Set([...before, ...found.map(({ id }) => id)])),
        (error: unknown) => setLost(asError(error)),
      );
    },
    clearSelected: () => setSelected(new Set()),
    decide: (bulk) => {
      const ids = selected.size > 0 ? [...selected] : focusedId === null ? [] : [focusedId];
      if (ids.length === 0) return;
      if (bulk.action === 'verdict') patchRows(queries, new Set(ids), { verdict: bulk.verdict });
      decision.mutate({ ids, decision: bulk });
      // Verdicts come one after the other: the next example is there before the host has answered.
      if (bulk.action === 'verdict' && selected.size === 0) move(1);
    },
    decideOne: (one) => {
      if (focusedId !== null) decision.mutate({ ids: [focusedId], decision: one });
    },
    decideAll: (bulk) => forAll.mutate({ datasetId, filter: asked, decision: bulk }),
    undo: () => undoLast.mutate({ datasetId }),
    said,
    error: decision.error ?? forAll.error ?? undoLast.error ?? rows.error ?? lost,
    isBusy: forAll.isPending || undoLast.isPending,
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The next example is in memory before it is asked for. */
function usePrefetch(id: ExampleId | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (id) void queries.prefetchQuery(api.examples.get.queryOptions({ input: { id } }));
  }, [id, queries]);
}
