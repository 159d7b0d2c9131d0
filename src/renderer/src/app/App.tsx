import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useState, useSyncExternalStore, type ComponentType, type ReactNode } from 'react';
import type { ProjectId } from '@contracts/ids';
import { WindowActions } from '../actions/WindowActions';
import { TermScope, TermScopeContext } from '../glossary/term-scope';
import { connection } from '../lib/api';
import { listenToHost } from '../lib/events';
import { ErrorView } from '../ui/ErrorView';
import { Skeleton } from '../ui/Skeleton';
import { InspectorContext } from './inspector-context';
import { useInspectorSlot } from './Inspector';
import { News } from './News';
import { NotFoundPage } from './NotFoundPage';
import { PageBoundary } from './PageBoundary';
import { ProjectGate } from './ProjectGate';
import { Rail } from './Rail';
import type { RouteMatch } from './route-paths';
import { useCurrentProjectId, useRoute } from './router';
import { PAGES } from './routes';
import { StatusBar } from './StatusBar';
import { texts } from './texts/en';
import { useTheme } from './theme';
import { useLanguageSetting } from './use-language';
import './app.css';

/** The window: rail, page, inspector, status bar. */
export function App() {
  const route = useRoute();
  const projectId = useCurrentProjectId();
  const { slot, panel } = useInspectorSlot();
  useTheme();
  useLanguageSetting();
  useHostEvents();
  const title = route && PAGES[route.id].title;
  useEffect(() => {
    document.title = title ? `${title} · ${texts.product}` : texts.product;
  }, [title]);
  return (
    <InspectorContext value={slot}>
      <div className="app">
        <a className="skip" href="#main" onClick={focusMain}>
          {texts.skip}
        </a>
        <Rail projectId={projectId} route={route?.id ?? null} />
        <main id="main" className="main" tabIndex={-1}>
          <Page route={route} projectId={projectId} />
        </main>
        {panel}
        <WindowActions projectId={projectId} />
        <div className="app-foot">
          <News />
          <StatusBar projectId={projectId} />
        </div>
      </div>
    </InspectorContext>
  );
}

function Page({ route, projectId }: { readonly route: RouteMatch | null; readonly projectId: ProjectId | null }) {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  if (state.kind === 'failed')
    return (
      <div className="page">
        <ErrorView error={state.error} />
      </div>
    );
  if (!route) return <NotFoundPage />;
  // Holds because matchRoute fills the parameters that the path of this very id names.
  const Component = PAGES[route.id].Component as ComponentType<{
    params: RouteMatch['params'];
    query: URLSearchParams;
  }>;
  const key = `${route.id} ${Object.values(route.params).join(' ')}`;
  return (
    <PageBoundary key={key}>
      <TermsOfPage>
        <ProjectGate projectId={projectId}>
          <Suspense
            fallback={
              <div className="page">
                <Skeleton lines={6} />
              </div>
            }
          >
            <Component params={route.params} query={route.query} />
          </Suspense>
        </ProjectGate>
      </TermsOfPage>
    </PageBoundary>
  );
}

/** Each term is explained once on a page. */
function TermsOfPage({ children }: { readonly children: ReactNode }) {
  const [scope] = useState(() => new TermScope());
  return <TermScopeContext value={scope}>{children}</TermScopeContext>;
}

function useHostEvents(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    void listenToHost(queries, stop.signal);
    return () => stop.abort();
  }, [queries]);
}

function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
