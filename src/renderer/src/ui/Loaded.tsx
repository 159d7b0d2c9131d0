import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorView } from './ErrorView';
import { Skeleton } from './Skeleton';

export interface LoadedProps<T> {
  readonly query: UseQueryResult<T, Error>;
  /** Drawn while there is nothing yet. */
  readonly skeleton?: ReactNode;
  /** Further ways out beside "Try again", e.g. a link back to the list. */
  readonly errorActions?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** The three states of anything that is asked of the host: loading, failed, there. Old data stays visible while new is fetched. */
export function Loaded<T>({ query, skeleton, errorActions, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError)
    return <ErrorView error={query.error} onRetry={() => void query.refetch()} actions={errorActions} />;
  return skeleton ?? <Skeleton />;
}
