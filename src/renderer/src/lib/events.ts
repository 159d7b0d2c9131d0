import type { QueryClient } from '@tanstack/react-query';
import type { LogLine, Run, WorkbenchEvent } from '@contracts/runs';
import { api, client, connection } from './api';
import { bufferMetrics } from './metrics-buffer';
import { notify } from './notify';
import { isNews, reportRun } from './run-news';
import { followDraft } from './use-draft';

type EventOf<T extends WorkbenchEvent['type']> = Extract<WorkbenchEvent, { type: T }>;
type ChangedWhat = EventOf<'changed'>['what'];

/** Queries that a change spoils. Figures of the road depend on nearly everything, so the overview is in each row. */
const SPOILED: Record<ChangedWhat, readonly { key(): readonly unknown[] }[]> = {
  projects: [api.projects],
  checkpoints: [api.models, api.projects.overview],
  tokenSets: [api.tokenSets, api.projects.overview],
  questionSets: [api.questions, api.projects.overview],
  datasets: [api.examples, api.projects.overview],
  examples: [api.examples, api.trees.get, api.projects.overview],
  trees: [api.trees.get],
  evaluations: [api.evaluations, api.projects.overview],
  settings: [api.system.settings],
  trash: [api.trash, api.runs, api.trees.list, api.projects.overview],
};

/** What comes and goes with runs. */
const MADE_BY_RUNS: readonly { key(): readonly unknown[] }[] = [
  api.runs.list,
  api.models,
  api.trees.list,
  api.examples.datasets,
  api.evaluations,
  api.projects.overview,
];

const HANDLERS: { [T in WorkbenchEvent['type']]: (queries: QueryClient, event: EventOf<T>) => void } = {
  runChanged: (queries, { run }) => {
    const before = knownRun(queries, run.id);
    if (isNews(before?.status, run, Date.now())) reportRun(run);
    queries.setQueryData(api.runs.get.queryKey({ input: { id: run.id } }), run);
    queries.setQueriesData<Run[]>({ queryKey: api.runs.list.key() }, (runs) => replaceRun(runs, run));
    // Progress alone (the status stays) touches nothing else; a new or settled run may have made things.
    if (before?.status !== run.status) {
      for (const part of MADE_BY_RUNS) void queries.invalidateQueries({ queryKey: part.key() });
      void queries.invalidateQueries({ queryKey: api.runs.forecast.key({ input: { id: run.id } }) });
    }
  },
  runRemoved: (queries, { runId }) => {
    queries.removeQueries({ queryKey: api.runs.get.queryKey({ input: { id: runId } }) });
    for (const part of MADE_BY_RUNS) void queries.invalidateQueries({ queryKey: part.key() });
  },
  metricsAdded: bufferMetrics,
  logAdded: (queries, { runId, line }) =>
    queries.setQueriesData<LogLine[]>(
      { queryKey: api.runs.logs.key({ input: { id: runId } }) },
      (lines) => lines && [...lines, line],
    ),
  samplesAdded: (queries, { runId }) =>
    void queries.invalidateQueries({ queryKey: api.runs.samples.key({ input: { id: runId } }) }),
  runEventsChanged: (queries, { runId }) =>
    void queries.invalidateQueries({ queryKey: api.runs.events.key({ input: { id: runId } }) }),
  alarmRaised: (_queries, { runName, words }) => notify(runName, words),
  treesAdded: (queries) => {
    void queries.invalidateQueries({ queryKey: api.trees.list.key() });
    void queries.invalidateQueries({ queryKey: api.projects.overview.key() });
  },
  treesGrowing: (queries, { runId }) =>
    void queries.invalidateQueries({ queryKey: api.trees.growing.queryKey({ input: { runId } }) }),
  draftChanged: (queries, { key, version }) => followDraft(queries, key, version),
  changed: (queries, { what }) => {
    for (const part of SPOILED[what]) void queries.invalidateQueries({ queryKey: part.key() });
  },
};

/** Applies one event of the host to what the window has in hand. */
export function applyEvent(queries: QueryClient, event: WorkbenchEvent): void {
  // Holds because HANDLERS has exactly one handler per event type, taking that event.
  const handle = HANDLERS[event.type] as (queries: QueryClient, event: WorkbenchEvent) => void;
  handle(queries, event);
}

/** Listens to the host until `signal` ends it, over any number of lost connections; after each, everything is asked again. */
export async function listenToHost(queries: QueryClient, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    // A port to a dead host stays silent for ever, so the loss of the connection ends the round.
    const ended = new AbortController();
    const end = (): void => ended.abort();
    signal.addEventListener('abort', end);
    const unsubscribe = connection.subscribe(() => connection.get().kind !== 'open' && end());
    try {
      const events = await client.runs.watch({}, { signal: ended.signal });
      if (round > 0) void queries.invalidateQueries();
      for await (const event of events) applyEvent(queries, event);
    } catch {
      // The connection store shows the loss; here it is enough to listen again.
    } finally {
      signal.removeEventListener('abort', end);
      unsubscribe();
    }
    if (!signal.aborted) await untilOpenOr(1000);
  }
}

function knownRun(queries: QueryClient, id: Run['id']): Run | undefined {
  const alone = queries.getQueryData<Run>(api.runs.get.queryKey({ input: { id } }));
  if (alone) return alone;
  const lists = queries.getQueriesData<Run[]>({ queryKey: api.runs.list.key() });
  return lists.flatMap(([, runs]) => runs ?? []).find((run) => run.id === id);
}

function replaceRun(runs: Run[] | undefined, run: Run): Run[] | undefined {
  return runs?.map((one) => (one.id === run.id ? run : one));
}

function untilOpenOr(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const unsubscribe = connection.subscribe(() => connection.get().kind === 'open' && done());
  });
}
