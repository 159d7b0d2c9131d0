import { oc, eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { LOG_CODES } from '@core/log-codes';
import { DryStepEvent } from './dry-step';
import { ErrorEnvelope } from './errors';
import { CheckpointId, DatasetId, EvaluationId, ProjectId, QuestionSetId, RunId, TreeId } from './ids';
import { JobSpec } from './jobs';
import { ALARM_ANSWERS, RunEvent } from './run-events';
import { JobKind } from './stages';

export const RUN_STATUSES = [
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelled',
  'finished',
  'failed',
  'interrupted',
] as const;
/**
 * `paused` and `interrupted` (engine or machine died) go on from their last checkpoint with `resume`;
 * `failed` too, where the cause can be mended.
 */
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

export const RunProgress = z.object({
  /** What happens now, in words: "growing trees", "step 40 of 120". */
  phase: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** 80 % range from the measured rate; null while there is no rate yet. */
  secondsLeft: z.object({ low: z.number(), high: z.number() }).nullable(),
  tokensPerSecond: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  updatedAtMs: z.number(),
});
export type RunProgress = z.infer<typeof RunProgress>;

export const Run = z.object({
  id: RunId,
  projectId: ProjectId,
  kind: JobKind,
  name: z.string(),
  status: RunStatus,
  spec: JobSpec,
  /** `spec.config.seed`; 0 where the kind draws no lots. */
  seed: z.number().int(),
  /** Program, Node, onnxruntime, schema. */
  versions: z.record(z.string(), z.string()),
  progress: RunProgress.nullable(),
  error: ErrorEnvelope.nullable(),
  /** Figures a run ends with, e.g. {trees: 300, solved: 248}; see each runner. */
  result: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** What it made, in the order it was made. */
  outputs: z.object({
    checkpointIds: z.array(CheckpointId),
    datasetId: DatasetId.nullable(),
    evaluationId: EvaluationId.nullable(),
    treeCount: z.number().int(),
    artefacts: z.array(z.object({ kind: z.string(), path: z.string(), sizeBytes: z.number(), sha256: z.string() })),
  }),
  /** Runs, sets and checkpoints it started from, for lineage. */
  parents: z.object({
    checkpointId: CheckpointId.nullable(),
    questionSetId: QuestionSetId.nullable(),
    datasetId: DatasetId.nullable(),
    runId: RunId.nullable(),
  }),
  /** Seconds of work so far, pauses not counted. */
  activeSeconds: z.number(),
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  folder: z.string(),
  /** Deleted, and can still come back. */
  isInTrash: z.boolean(),
});
export type Run = z.infer<typeof Run>;

/** [n] steps and values of one metric, steps ascending. */
export const MetricSeries = z.object({ name: z.string(), steps: z.array(z.number()), values: z.array(z.number()) });
export type MetricSeries = z.infer<typeof MetricSeries>;

/** A series as a window gets it: 8 bytes a number, least first, in base64. A hundred thousand points take seconds as JSON. */
export const PackedSeries = z.object({ name: z.string(), steps: z.string(), values: z.string() });
export type PackedSeries = z.infer<typeof PackedSeries>;

/** A piece of output worth looking at: what the model wrote at some step. */
export const Sample = z.object({
  step: z.number().int(),
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  text: z.string(),
  isRight: z.boolean().nullable(),
  reward: z.number().nullable(),
  /** Value of each part of the reward. */
  rewardParts: z.record(z.string(), z.number()),
  /** `watched` questions are the same for the whole run; `explored` is a path of RL. Runs of earlier versions did not say. */
  source: z.enum(['watched', 'explored']).optional(),
});
export type Sample = z.infer<typeof Sample>;

export const LogLine = z.object({
  atMs: z.number(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  /** The same by its name, for windows in other languages; absent where a sentence has none. */
  words: z
    .object({ code: z.enum(LOG_CODES), values: z.record(z.string(), z.union([z.string(), z.number()])) })
    .optional(),
});
export type LogLine = z.infer<typeof LogLine>;

/** Other settings for a job that needs more memory than is free. */
export const MemoryProposal = z.object({
  /** What they are, as a button says it. */
  label: z.string(),
  memoryBytes: z.number(),
  /** Settings to change, by name. */
  changes: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});
export type MemoryProposal = z.infer<typeof MemoryProposal>;

const Range = z.object({ low: z.number(), high: z.number() });

/** What earlier runs have taught about estimates of their kind on this machine. */
export const EstimateCorrection = z.object({
  /** What they took, as a multiple of what their dry steps said. */
  factor: z.number(),
  runs: z.number().int(),
});
export type EstimateCorrection = z.infer<typeof EstimateCorrection>;

/** Before a run: ranges, reasons, and warnings that never block. */
export const Estimate = z.object({
  seconds: Range,
  memoryBytes: Range,
  diskBytes: Range,
  freeMemoryBytes: z.number(),
  freeDiskBytes: z.number(),
  /** How it was reckoned, in a sentence. */
  basis: z.string(),
  warnings: z.array(z.string()),
  /** How steps of training would be carried out within the free memory, in a sentence; null for other jobs. */
  steps: z.string().nullable(),
  /** Settings that would fit, the least change first; empty where the job fits as asked. */
  proposals: z.array(MemoryProposal),
  /** The dry step that it goes by; null where none was made. */
  dryStep: z
    .object({
      measuredAtMs: z.number(),
      /** It took. */
      seconds: z.number(),
      /** What it comes to before anything that earlier runs taught. */
      raw: z.object({ seconds: z.number(), memoryBytes: z.number() }),
      correction: EstimateCorrection.nullable(),
    })
    .nullable(),
  /** Why no dry step can be made now, in a sentence; null where one can. */
  dryStepRefusal: z.string().nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

/** What a run was expected to take when it started, and what it took so far. */
export const RunForecast = z.object({
  /** Null for runs of earlier versions, and where nothing could be reckoned. */
  predicted: Estimate.pick({ seconds: true, memoryBytes: true, diskBytes: true, basis: true }).nullable(),
  /** What the next estimate of the kind on this machine is corrected by; null where nothing was learned. */
  correction: EstimateCorrection.nullable(),
  actual: z.object({ seconds: z.number(), memoryBytes: z.number().nullable(), diskBytes: z.number() }),
  /** The folder with its saved state was moved or deleted, so that it cannot be resumed. */
  isFolderGone: z.boolean(),
});
export type RunForecast = z.infer<typeof RunForecast>;

/** What making data has come to so far: trees grown, or examples made of them. */
export const RunYield = z.object({
  /** Trees that are there, or that were worked through. */
  trees: z.number().int(),
  /** Of how many; null where nobody knows yet. */
  wanted: z.number().int().nullable(),
  /** Trees with a right answer. */
  solved: z.number().int(),
  /** Trees with a right and a wrong answer: what a mended wrong turn is made from. */
  pairs: z.number().int(),
  /** Candidates so far, or what was chosen of them at the end; null for a search. */
  examples: z.object({ all: z.number().int(), mended: z.number().int(), isChosen: z.boolean() }).nullable(),
  /** The run that makes examples of these trees; null where none is asked for. */
  nextRunId: RunId.nullable(),
  /** Why something came to nothing, the most frequent reason first. */
  reasons: z.array(
    z.object({
      reason: z.string(),
      count: z.number().int(),
      /** The first few. `text`: what was refused; empty where the whole tree is meant. */
      some: z.array(
        z.object({ questionId: z.string(), prompt: z.string(), treeId: TreeId.nullable(), text: z.string() }),
      ),
    }),
  ),
});
export type RunYield = z.infer<typeof RunYield>;

/** Something changed; the window asks again for what it shows. Progress, metrics and log lines of a running job come whole. */
export const WorkbenchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('runChanged'), run: Run }),
  z.object({ type: z.literal('runRemoved'), projectId: ProjectId, runId: RunId }),
  z.object({
    type: z.literal('metricsAdded'),
    runId: RunId,
    step: z.number(),
    values: z.record(z.string(), z.number()),
  }),
  z.object({ type: z.literal('logAdded'), runId: RunId, line: LogLine }),
  z.object({ type: z.literal('samplesAdded'), runId: RunId }),
  z.object({ type: z.literal('runEventsChanged'), runId: RunId }),
  /** The guard has just seen something; sent once, for whoever tells the person. */
  z.object({
    type: z.literal('alarmRaised'),
    runId: RunId,
    projectId: ProjectId,
    runName: z.string(),
    words: z.string(),
  }),
  z.object({ type: z.literal('treesAdded'), runId: RunId, count: z.number().int() }),
  z.object({ type: z.literal('treesGrowing'), runId: RunId }),
  /** A draft was saved by some window; null when it was thrown away. */
  z.object({ type: z.literal('draftChanged'), key: z.string(), version: z.number().nullable() }),
  z.object({
    type: z.literal('changed'),
    what: z.enum([
      'projects',
      'checkpoints',
      'questionSets',
      'datasets',
      'examples',
      'trees',
      'evaluations',
      'tokenSets',
      'settings',
      'trash',
    ]),
  }),
]);
export type WorkbenchEvent = z.infer<typeof WorkbenchEvent>;

export const runsContract = {
  list: oc.input(z.object({ projectId: ProjectId, kind: JobKind.optional() })).output(z.array(Run)),
  get: oc.input(z.object({ id: RunId })).output(Run),
  /** @throws WorkbenchError with the reason when the job cannot start as asked (missing files, empty set, impossible settings). */
  start: oc.input(z.object({ projectId: ProjectId, name: z.string().max(120).optional(), spec: JobSpec })).output(Run),
  pause: oc.input(z.object({ id: RunId })).output(Run),
  /** Ends a training at its next safe point with what it has learned so far, as a finished run. */
  finish: oc.input(z.object({ id: RunId })).output(Run),
  resume: oc.input(z.object({ id: RunId })).output(Run),
  cancel: oc.input(z.object({ id: RunId })).output(Run),
  /** Puts a settled run with what it made into the trash, unless something else stands on it; then says what. */
  remove: oc.input(z.object({ id: RunId })).output(z.object({ removed: z.boolean(), blockedBy: z.array(z.string()) })),
  metrics: oc.input(z.object({ id: RunId })).output(z.array(MetricSeries)),
  /** The same, packed. */
  packedMetrics: oc.input(z.object({ id: RunId })).output(z.array(PackedSeries)),
  samples: oc
    .input(z.object({ id: RunId, limit: z.number().int().min(1).max(500).default(100) }))
    .output(z.array(Sample)),
  /** What happened to a run, in order. */
  events: oc.input(z.object({ id: RunId })).output(z.array(RunEvent)),
  /** Keeps what a person decided about an alarm. */
  answerAlarm: oc
    .input(z.object({ id: RunId, eventId: z.number().int(), answer: z.enum(ALARM_ANSWERS) }))
    .output(z.array(RunEvent)),
  logs: oc
    .input(z.object({ id: RunId, limit: z.number().int().min(1).max(5000).default(1000) }))
    .output(z.array(LogLine)),
  estimate: oc.input(z.object({ projectId: ProjectId, spec: JobSpec })).output(Estimate),
  /**
   * Does a little of a job in a process of its own and keeps what it took, for the estimates of this job. Ending the iteration stops it.
   * @throws WorkbenchError `dry-step-refused`, `dry-step-lost`, and what would stop the job itself
   */
  dryStep: oc.input(z.object({ projectId: ProjectId, spec: JobSpec })).output(eventIterator(DryStepEvent)),
  /** Of a run that grows trees or makes examples. @throws WorkbenchError `no-yield` for others */
  yield: oc.input(z.object({ id: RunId })).output(RunYield),
  forecast: oc.input(z.object({ id: RunId })).output(RunForecast),
  /** Everything that happens, from now on; at most ten progress events a second. */
  watch: oc.input(z.object({})).output(eventIterator(WorkbenchEvent)),
};
