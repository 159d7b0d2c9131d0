import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { CheckpointId } from '@contracts/ids';
import { checkTokenSet, type TokenSetProblem } from '@core/tokens/check-token-set';
import { compileTokenSet, type TokenSetData } from '@core/tokens/token-set';
import { api } from '../lib/api';
import { useDebounced } from '../lib/use-debounced';

const SETTLE_MS = 250;
const NO_PROBLEMS: readonly TokenSetProblem[] = [];

/** What is wrong with a set, held against the vocabulary of the model that it is to enter. Nothing for the eight. */
export function useTokenProblems(
  set: TokenSetData | null,
  checkpointId: CheckpointId | null,
): readonly TokenSetProblem[] {
  const settled = useDebounced(set, SETTLE_MS);
  const tags = useMemo(() => settled?.tokens.flatMap(({ open, close }) => [open, close]) ?? [], [settled]);
  const copies = useMemo(
    () => settled?.tokens.flatMap(({ start }) => (start?.kind === 'copy' ? [start.of] : [])) ?? [],
    [settled],
  );
  const clashes = useQuery({
    ...api.previews.vocabularyClashes.queryOptions({
      input: { checkpointId: checkpointId ?? ('' as CheckpointId), tags, copies },
      placeholderData: keepPreviousData,
    }),
    enabled: settled !== null && checkpointId !== null,
  });
  const { data } = clashes;
  return useMemo(() => {
    if (set === null) return NO_PROBLEMS;
    return checkTokenSet(
      compileTokenSet(set),
      data && {
        isTaken: (surface) => data.taken.includes(surface),
        countPieces: (text) => (data.notOneToken.includes(text) ? 2 : 1),
      },
    );
  }, [set, data]);
}
