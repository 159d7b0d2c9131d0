import { useMemo, useSyncExternalStore } from 'react';
import { ProjectId } from '@contracts/ids';
import { href, matchRoute, type RouteId, type RouteMatch, type RouteParams } from './route-paths';

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The page that the address names; null when nothing answers to it. */
export function useRoute(): RouteMatch | null {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => matchRoute(hash), [hash]);
}

/** Id of the project in the address; null on pages outside a project. */
export function useCurrentProjectId(): ProjectId | null {
  const id = useRoute()?.params['projectId'];
  return useMemo(() => (id === undefined ? null : ProjectId.parse(id)), [id]);
}

/** Goes to a page. */
export function navigate<Id extends RouteId>(
  id: Id,
  params: RouteParams<Id>,
  query?: Readonly<Record<string, string | null>>,
): void {
  location.hash = href(id, params, query);
}

/** What every page component gets. */
export interface PageProps<Id extends RouteId> {
  readonly params: RouteParams<Id>;
  readonly query: URLSearchParams;
}
