import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { DECODE_PRECISIONS } from '@core/models/decode-precision';
import { CheckpointId, ProjectId, QuestionSetId } from './ids';
import { AddedExample, ExampleTarget, Simulation, TreeNode } from './trees';

/** Name of a functional token of the model's own set. */
export const TokenName = z.string().min(1).max(40);
export type TokenName = z.infer<typeof TokenName>;

/** What is asked of a model in the playground. */
export const PlaygroundQuestion = z.object({
  prompt: z.string().trim().min(1).max(20_000),
  /** Null where nobody knows; then nothing is called right. */
  referenceAnswer: z.string().max(2000).nullable().default(null),
  /** `answer`: one response. `search`: a tree of them, guided by agreement, and the vote. */
  mode: z.enum(['answer', 'search']).default('answer'),
  /** 0 always takes the most probable token. */
  temperature: z.number().min(0).max(2).default(0),
  /** The same seed draws the same lots from every model. */
  seed: z.int().min(0).default(1),
  maxNewTokens: z.int().min(1).max(8192).default(512),
  /** Only legal functional tokens can be written; means nothing for a model without them. */
  constrained: z.boolean().default(false),
  /** Ids that the response begins with, as an earlier answer told them. */
  begunIds: z.array(z.int().min(0)).max(16_384).default([]),
  /** The functional token that comes next, whatever the model would. */
  forced: TokenName.nullable().default(null),
  /** Walks of a search. */
  numSimulations: z.int().min(1).max(256).default(16),
  maxDepth: z.int().min(2).max(64).default(12),
});
export type PlaygroundQuestion = z.infer<typeof PlaygroundQuestion>;

/** Where a step may begin: how probable each functional token is there, at temperature 1 among all tokens. */
export const Boundary = z.object({
  /** Ids of the response before it. */
  at: z.int().min(0),
  probabilities: z.array(z.object({ token: TokenName, probability: z.number() })),
  /** What was written there; null for something else than a functional token. */
  chosen: TokenName.nullable(),
  isForced: z.boolean(),
});
export type Boundary = z.infer<typeof Boundary>;

/** What a model's process says while it answers. */
export const AnswerEvent = z.discriminatedUnion('type', [
  /** The whole text so far, functional tokens visible; ids and boundaries that came since the last one. */
  z.object({
    type: z.literal('written'),
    text: z.string(),
    ids: z.array(z.int()),
    boundaries: z.array(Boundary),
  }),
  /** Nodes and walks since the last one; nodes come without visits, which follow from the walks. */
  z.object({ type: z.literal('grown'), nodes: z.array(TreeNode), simulations: z.array(Simulation) }),
  z.object({
    type: z.literal('finished'),
    /** `vote`: a search has agreed. */
    reason: z.enum(['stop', 'length', 'context', 'vote']),
    text: z.string(),
    answer: z.string().nullable(),
    /** Null without a reference answer. */
    isRight: z.boolean().nullable(),
    why: z.string(),
    tokens: z.int(),
    seconds: z.number(),
  }),
]);
export type AnswerEvent = z.infer<typeof AnswerEvent>;

/** What the host says before: the model is being read, or stands ready. */
export const PlaygroundEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opening') }),
  z.object({
    type: z.literal('ready'),
    /** Of its process, with the model read. */
    memoryBytes: z.number(),
    threads: z.int(),
    /** A run is going on: the playground stands back behind it. */
    isBesideRun: z.boolean(),
  }),
  ...AnswerEvent.options,
]);
export type PlaygroundEvent = z.infer<typeof PlaygroundEvent>;

/** A model that is kept in memory for the playground. */
export const PlaygroundSession = z.object({
  checkpointId: CheckpointId,
  precision: z.enum(DECODE_PRECISIONS),
  memoryBytes: z.number(),
  threads: z.int(),
  isAnswering: z.boolean(),
  /** When it is closed unless somebody asks; null while it answers. */
  closesAtMs: z.number().nullable(),
});
export type PlaygroundSession = z.infer<typeof PlaygroundSession>;

/** Where a question goes: a set of the project, or a new one by its name. */
export const QuestionTarget = z.union([
  z.object({ setId: QuestionSetId }),
  z.object({ newName: z.string().trim().min(1).max(120) }),
]);
export type QuestionTarget = z.infer<typeof QuestionTarget>;

const QuestionText = z.object({
  projectId: ProjectId,
  prompt: z.string().trim().min(1).max(20_000),
  referenceAnswer: z.string().trim().min(1).max(2000),
});

export const playgroundContract = {
  /**
   * Asks a model, which is opened where it is not warm. Ending the iteration stops the answer.
   * @throws WorkbenchError `model-missing`, `session-memory`, `session-lost`, and what the engine refuses
   */
  ask: oc
    .input(
      z.object({
        checkpointId: CheckpointId,
        precision: z.enum(DECODE_PRECISIONS).default('fp32'),
        question: PlaygroundQuestion,
      }),
    )
    .output(eventIterator(PlaygroundEvent)),
  sessions: oc.input(z.object({})).output(z.array(PlaygroundSession)),
  /** Gives a model's memory back now. */
  close: oc.input(z.object({ checkpointId: CheckpointId })).output(z.object({ closed: z.int() })),
  /** @throws WorkbenchError `question-known`, `token-in-question` */
  saveQuestion: oc
    .input(QuestionText.extend({ target: QuestionTarget }))
    .output(z.object({ setId: QuestionSetId, setName: z.string() })),
  /** An answer as an undecided example. @throws WorkbenchError `answer-without-steps`, `example-known` */
  saveExample: oc
    .input(
      QuestionText.extend({ checkpointId: CheckpointId, text: z.string().min(1).max(100_000), target: ExampleTarget }),
    )
    .output(AddedExample),
};
