import { lazy, type ComponentType } from 'react';
import type { RouteId } from './route-paths';
import type { PageProps } from './router';

/** Title of a page for the window's title bar, and its component, fetched when it is first shown. */
interface PageRow<Id extends RouteId> {
  readonly title: string;
  readonly Component: ComponentType<PageProps<Id>>;
}

/** THE table of pages. A new page is a path in `route-paths.ts` and a line here. */
export const PAGES: { readonly [Id in RouteId]?: PageRow<Id> } = {
  start: { title: 'Start', Component: lazy(async () => ({ default: (await import('../features/start/StartPage')).StartPage })) },
  tree: { title: 'Tree', Component: lazy(async () => ({ default: (await import('../features/trees/TreePage')).TreePage })) },
  runs: { title: 'Runs', Component: lazy(async () => ({ default: (await import('../features/runs/RunsPage')).RunsPage })) },
  run: { title: 'Run', Component: lazy(async () => ({ default: (await import('../features/runs/RunPage')).RunPage })) },
};
