import { z } from 'zod';
import { FoundDevice, JobDevice, SelfTest } from './devices';
import { DryMeasure, DryPhase } from './dry-step';
import { ErrorEnvelope } from './errors';
import { JobSpec } from './jobs';
import { EvaluationItem, EvaluationMode, Proportion } from './evaluations';
import { ExampleKind, ExampleStep, StepMark } from './examples';
import { Alarm } from './run-events';
import { DECODE_PRECISIONS } from '@core/models/decode-precision';
import { AnswerEvent, PlaygroundQuestion } from './playground';
import { StepEvent, StepRequest } from './prompts';
import { LogLine, RunProgress, Sample } from './runs';
import { Simulation, TreeNode } from './trees';
import { TokenSetSchema } from '@core/tokens/token-set';
import { RemoteServerSchema } from '@core/remote/server';

/**
 * What the host and an engine process say to each other. One engine process runs one job and exits.
 *
 * Order is the guarantee: records are committed and acknowledged before the engine writes the checkpoint that counts them as done, so after a
 * kill the job repeats at most the work since that checkpoint, and repeated records replace themselves by their natural keys.
 */

/** A model as the engine opens it. */
export const ModelRef = z.object({
  path: z.string(),
  format: z.enum(['folder', 'gguf']),
  /** PEFT folder of the same state, where it was trained with LoRA. */
  adapterPath: z.string().nullable(),
  promptSet: z.string(),
  plainPrompts: z.array(z.string()),
  name: z.string(),
  /** Lines for a model card: where the checkpoint comes from, newest first. */
  lineage: z.array(z.string()),
});
export type ModelRef = z.infer<typeof ModelRef>;

export const EngineJob = z.object({
  runId: z.string(),
  /** The run's own folder: `input/` is written by the host, `state/` and `output/` by the engine. */
  folder: z.string(),
  seed: z.number().int(),
  spec: JobSpec,
  model: ModelRef.nullable(),
  /** The process reward model, where the job uses one. */
  judge: ModelRef.nullable().default(null),
  inputs: z.object({
    /** JSONL of QuestionRow. */
    questions: z.string().nullable(),
    /** JSONL of TreeRecord, for `examples`. */
    trees: z.string().nullable(),
    /** JSONL of ExampleInput (accepted and undecided ones), for `sft` and `prm`. */
    examples: z.string().nullable(),
    /** JSONL of QuestionRow of every evaluation set of the project: contamination check and held-out accuracy. */
    heldOut: z.string().nullable(),
  }),
  /** Folder with the prompt sets. */
  promptsFolder: z.string(),
  threads: z.number().int().min(1),
  /** Run at a lower priority than other programs. */
  gentle: z.boolean().default(false),
  /** Jobs of earlier versions of the program ran on the processor. */
  device: JobDevice.default('cpu'),
  deviceName: z.string().default('processor'),
  /** Why it is this device, in words; empty where nothing is worth saying. */
  deviceReason: z.string().default(''),
  /** Where the model runs, unless on this machine. Its key is never part of a job: it comes with `start`. */
  server: RemoteServerSchema.nullable().default(null),
});
export type EngineJob = z.infer<typeof EngineJob>;

export const TreeRecord = z.object({
  type: z.literal('tree'),
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  nodes: z.array(TreeNode),
  simulations: z.array(Simulation),
  newTokens: z.number().int(),
});
export type TreeRecord = z.infer<typeof TreeRecord>;

/** Nodes and walks that a tree has got since it was last told of; the first node of a tree that begins anew has index 0. */
export const TreeGrowthReport = TreeRecord.pick({
  questionId: true,
  prompt: true,
  referenceAnswer: true,
  nodes: true,
  simulations: true,
});
export type TreeGrowthReport = z.infer<typeof TreeGrowthReport>;

export const ExampleRecord = z.object({
  type: z.literal('example'),
  /** Unique within the run and the same after a resume. */
  key: z.string(),
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  kind: ExampleKind,
  steps: z.array(ExampleStep),
  nodePath: z.array(z.number().int()),
  problems: z.array(z.string()),
  tokenCount: z.number().int(),
});
export type ExampleRecord = z.infer<typeof ExampleRecord>;

/** A line of an SFT input file. */
export const ExampleInput = ExampleRecord.pick({
  key: true,
  questionId: true,
  prompt: true,
  referenceAnswer: true,
  kind: true,
  steps: true,
}).extend({
  /** What a reviewer said of each step; empty when no step was marked. */
  stepMarks: z.array(StepMark).default([]),
});
export type ExampleInput = z.infer<typeof ExampleInput>;

export const JobRecord = z.discriminatedUnion('type', [
  TreeRecord,
  ExampleRecord,
  /** Something that did not become an example, and why. */
  z.object({
    type: z.literal('rejection'),
    /** Unique within the run and the same after a resume. */
    key: z.string(),
    questionId: z.string(),
    reason: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('metrics'), step: z.number(), values: z.record(z.string(), z.number()) }),
  z.object({ type: z.literal('sample'), sample: Sample }),
  z.object({
    type: z.literal('checkpoint'),
    step: z.number().int(),
    path: z.string(),
    adapterPath: z.string().nullable(),
    isFinal: z.boolean(),
    name: z.string(),
    architecture: z.string(),
    parameterCount: z.number(),
    vocabSize: z.number().int(),
    sizeBytes: z.number(),
    hasFunctionalTokens: z.boolean(),
    tokenSet: TokenSetSchema.nullable().default(null),
    promptSet: z.string(),
    plainPrompts: z.array(z.string()),
  }),
  /** A checkpoint on the way has been replaced by a better one; where nothing stands on it, it goes. */
  z.object({ type: z.literal('checkpointReplaced'), path: z.string() }),
  z.object({ type: z.literal('alarm'), alarm: Alarm }),
  z.object({ type: z.literal('evaluationItem'), item: EvaluationItem }),
  z.object({
    type: z.literal('evaluation'),
    mode: EvaluationMode,
    plainPrompt: z.string(),
    accuracy: Proportion,
    coverage: Proportion.nullable(),
    vote: Proportion.nullable(),
    budget: z.number().int(),
    tokensPerAnswer: z.number(),
    seconds: z.number(),
  }),
  z.object({
    type: z.literal('artefact'),
    kind: z.string(),
    path: z.string(),
    sizeBytes: z.number(),
    sha256: z.string(),
  }),
]);
export type JobRecord = z.infer<typeof JobRecord>;

/** A model that an engine keeps open for whoever asks, instead of running a job. */
export const SessionSetup = z.object({
  model: ModelRef,
  precision: z.enum(DECODE_PRECISIONS),
  threads: z.number().int().min(1),
  /** Run at a lower priority than other programs, above all than a run. */
  gentle: z.boolean(),
  promptsFolder: z.string(),
});
export type SessionSetup = z.infer<typeof SessionSetup>;

export const ToEngine = z.discriminatedUnion('type', [
  /** @param serverKey of the server that the job names; neither side writes it down */
  z.object({ type: z.literal('start'), job: EngineJob, serverKey: z.string().nullable().default(null) }),
  /** Save and stop at the next safe point. */
  z.object({ type: z.literal('pause') }),
  /** End at the next safe point as if all of it were done: what is there so far becomes the result. */
  z.object({ type: z.literal('finish') }),
  z.object({ type: z.literal('cancel') }),
  z.object({ type: z.literal('ack'), batch: z.number().int() }),
  /** Instead of a job: a model to keep open. Answered with `sessionOpened` or `sessionFailed`. */
  z.object({ type: z.literal('openSession'), session: SessionSetup }),
  /** Answered with any number of `answer` and one `answerEnded`; may be sent before the session is open. */
  z.object({ type: z.literal('ask'), ask: z.number().int(), question: PlaygroundQuestion }),
  /** The same for one step that a prompt asks for. */
  z.object({ type: z.literal('askStep'), ask: z.number().int(), request: StepRequest }),
  z.object({ type: z.literal('stopAsk'), ask: z.number().int() }),
  /** Instead of a job: a little of it, with a clock beside it. Nothing of it is kept. Answered once, then the process ends. */
  z.object({ type: z.literal('dryStep'), job: EngineJob }),
  /** Instead of a job: what could compute here, or whether WebGPU does so rightly. Answered once, then the process ends. */
  z.object({ type: z.literal('probe'), request: z.enum(['listDevices', 'testDevice']) }),
]);
export type ToEngine = z.infer<typeof ToEngine>;

/** Whatever a session says of something that it was asked. */
const SessionEvent = z.discriminatedUnion('type', [...AnswerEvent.options, ...StepEvent.options]);
export type SessionEvent = z.infer<typeof SessionEvent>;

export const FromEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), versions: z.record(z.string(), z.string()) }),
  /** What the job's arithmetic runs on in truth. */
  z.object({ type: z.literal('device'), name: z.string() }),
  z.object({ type: z.literal('devices'), devices: z.array(FoundDevice) }),
  z.object({ type: z.literal('deviceTested'), result: SelfTest }),
  z.object({ type: z.literal('dryPhase'), phase: DryPhase }),
  z.object({ type: z.literal('dryMeasured'), measure: DryMeasure }),
  z.object({ type: z.literal('dryFailed'), error: ErrorEnvelope }),
  z.object({ type: z.literal('sessionOpened'), memoryBytes: z.number() }),
  z.object({ type: z.literal('sessionFailed'), error: ErrorEnvelope }),
  z.object({ type: z.literal('answer'), ask: z.number().int(), event: SessionEvent }),
  /** `error` is null for an answer that was finished or stopped. */
  z.object({
    type: z.literal('answerEnded'),
    ask: z.number().int(),
    memoryBytes: z.number(),
    error: ErrorEnvelope.nullable(),
  }),
  z.object({ type: z.literal('progress'), progress: RunProgress }),
  z.object({ type: z.literal('log'), line: LogLine }),
  /** Trees under way; not stored, for whoever watches. */
  z.object({ type: z.literal('growth'), trees: z.array(TreeGrowthReport) }),
  z.object({ type: z.literal('commit'), batch: z.number().int(), records: z.array(JobRecord) }),
  z.object({
    type: z.literal('settled'),
    outcome: z.enum(['finished', 'paused', 'cancelled', 'failed']),
    result: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    error: ErrorEnvelope.nullable(),
  }),
]);
export type FromEngine = z.infer<typeof FromEngine>;
