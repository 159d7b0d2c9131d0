import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetId, ExampleId } from '@contracts/ids';
import type { Decision, Example, ExampleFilter, Verdict } from '@contracts/examples';
import { api } from '../../lib/api';
import { texts } from './texts/en';

/** Rows fetched at once; the table scrolls within them and asks for the next ones at their end. */
const WINDOW_ROWS = 500;

/** A review under way: the filter, the examples it shows, the one in focus, and every decision. */
export interface Review {
  readonly filter: ExampleFilter;
  setFilter(change: Partial<Record<keyof ExampleFilter, ExampleFilter[keyof ExampleFilter] | undefined>>): void;
  readonly query: ReturnType<typeof useExamples>;
  readonly examples: readonly Example[];
  readonly total: number;
  readonly offset: number;
  setOffset(offset: number): void;
  readonly focused: Example | null;
  focus(id: ExampleId): void;
  move(by: number): void;
  decide(decision: Decision): void;
  decideAll(verdict: Verdict): void;
  undo(): void;
  /** What the last undo did. */
  readonly said: string;
  readonly error: Error | null;
  readonly isBusy: boolean;
}

function useExamples(datasetId: DatasetId, filter: ExampleFilter, offset: number) {
  return useQuery(
    api.examples.list.queryOptions({
      input: { datasetId, filter, offset, limit: WINDOW_ROWS },
      placeholderData: keepPreviousData,
    }),
  );
}

/** The state of the review of one data set. @param initial example to open first, e.g. from a link in a tree */
export function useReview(datasetId: DatasetId, initial: string | null): Review {
  const [filter, setFilterState] = useState<ExampleFilter>({ search: '' });
  const [offset, setOffset] = useState(0);
  const [focusedId, setFocusedId] = useState<string | null>(initial);
  const [said, setSaid] = useState('');
  const query = useExamples(datasetId, filter, offset);
  const decideOne = useMutation(api.examples.decide.mutationOptions());
  const decideMany = useMutation(api.examples.decideAll.mutationOptions());
  const undoLast = useMutation(
    api.examples.undo.mutationOptions({
      onSuccess: ({ undone, changed, exampleIds }) => {
        setSaid(undone === null ? texts.nothingToUndo : texts.undone(undone, changed));
        const [first] = exampleIds;
        if (first) setFocusedId(first);
      },
    }),
  );

  const examples = query.data?.examples ?? [];
  const at = examples.findIndex((example) => example.id === focusedId);
  const focused = examples[at] ?? examples[0] ?? null;
  const move = (by: number) => {
    const next = examples[Math.max(0, Math.min(examples.length - 1, Math.max(0, at) + by))];
    if (next) setFocusedId(next.id);
  };
  return {
    filter,
    setFilter: (change) => {
      const merged = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined);
      // Holds because every value came from a field of the same name.
      setFilterState(Object.fromEntries(merged) as ExampleFilter);
      setOffset(0);
    },
    query,
    examples,
    total: query.data?.total ?? 0,
    offset,
    setOffset,
    focused,
    focus: setFocusedId,
    move,
    decide: (decision) => {
      if (!focused) return;
      setSaid('');
      decideOne.mutate({ ids: [focused.id], decision });
      // Verdicts come one after the other: the next example is there before the host has answered.
      if (decision.action === 'verdict') move(1);
    },
    decideAll: (verdict) => decideMany.mutate({ datasetId, filter, verdict }),
    undo: () => undoLast.mutate({ datasetId }),
    said,
    error: decideOne.error ?? decideMany.error ?? undoLast.error,
    isBusy: decideMany.isPending,
  };
}
