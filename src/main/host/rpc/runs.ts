import * as runs from '../services/runs';
import { makeDryStep } from '../services/dry-step';
import { estimateRun } from '../services/estimate';
import { yieldOf } from '../services/run-yield';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';
import { withRpcErrors } from './streams';

export function runsRouter(context: ServiceContext) {
  const { runs: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => runs.listRuns(context, input.projectId, input.kind)),
    get: calls.get.handler(({ input }) => runs.getRun(context, input.id)),
    start: calls.start.handler(({ input }) => runs.startEstimatedRun(context, input)),
    pause: calls.pause.handler(({ input }) => context.jobs.pause(input.id)),
    finish: calls.finish.handler(({ input }) => context.jobs.finish(input.id)),
    resume: calls.resume.handler(({ input }) => context.jobs.resume(input.id)),
    cancel: calls.cancel.handler(({ input }) => context.jobs.cancel(input.id)),
    remove: calls.remove.handler(({ input }) => runs.removeRun(context, input.id)),
    metrics: calls.metrics.handler(({ input }) => runs.listMetrics(context, input.id)),
    packedMetrics: calls.packedMetrics.handler(({ input }) => runs.listPackedMetrics(context, input.id)),
    samples: calls.samples.handler(({ input }) => runs.listSamples(context, input.id, input.limit)),
    logs: calls.logs.handler(({ input }) => runs.listLogs(context, input.id, input.limit)),
    events: calls.events.handler(({ input }) => runs.listEvents(context, input.id)),
    answerAlarm: calls.answerAlarm.handler(({ input }) => runs.answerAlarm(context, input)),
    yield: calls.yield.handler(({ input }) => yieldOf(context, input.id)),
    forecast: calls.forecast.handler(({ input }) => runs.forecastOf(context, input.id)),
    estimate: calls.estimate.handler(({ input }) => estimateRun(context, input.projectId, input.spec)),
    dryStep: calls.dryStep.handler(({ input, signal }) =>
      withRpcErrors(makeDryStep(context, input.projectId, input.spec, signal)),
    ),
    // Subscribes before it answers, so that a window which asks first and starts a run then misses nothing.
    watch: calls.watch.handler(({ signal }) => context.bus.subscribe(signal)),
  };
}
