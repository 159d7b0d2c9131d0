import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '@contracts/ids';
import type { MetricSeries } from '@contracts/runs';
import { api, client } from './api';
import { unpackMetrics } from './packed-metrics';

/**
 * Every metric of a run; grows by itself while it runs (`metrics-buffer.ts`). Figures grow in place, and comparing a hundred thousand points one by
 * one would cost more than drawing them: a new list of series is what says that there is something new.
 */
export function metricsOf(id: RunId) {
  return queryOptions<MetricSeries[]>({
    queryKey: api.runs.metrics.queryKey({ input: { id } }),
    queryFn: async ({ signal }) => unpackMetrics(await client.runs.packedMetrics({ id }, { signal })),
    structuralSharing: false,
  });
}
