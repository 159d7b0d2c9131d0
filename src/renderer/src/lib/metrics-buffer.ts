import type { QueryClient } from '@tanstack/react-query';
import type { MetricSeries, WorkbenchEvent } from '@contracts/runs';
import { api } from './api';
import { appendMetrics } from './metrics';

type MetricsAdded = Extract<WorkbenchEvent, { type: 'metricsAdded' }>;

/** Charts are drawn at most so often; a small model makes ten updates a second. */
const FLUSH_MS = 400;

const waiting: MetricsAdded[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;

/** Adds the metrics of an event to what the window has in hand, with those of its neighbours in one go. */
export function bufferMetrics(queries: QueryClient, event: MetricsAdded): void {
  waiting.push(event);
  timer ??= setTimeout(() => {
    timer = null;
    const events = waiting.splice(0);
    for (const runId of new Set(events.map((one) => one.runId))) {
      queries.setQueryData<MetricSeries[]>(
        api.runs.metrics.queryKey({ input: { id: runId } }),
        (series) =>
          series &&
          events
            .filter((one) => one.runId === runId)
            .reduce((grown, { step, values }) => appendMetrics(grown, step, values), series),
      );
    }
  }, FLUSH_MS);
}
