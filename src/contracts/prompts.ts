import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { PROMPT_ACTIONS } from '@core/prompts/prompt-set';
import { CheckpointId } from './ids';
import { TokenName } from './playground';

export const PromptAction = z.enum(PROMPT_ACTIONS);
export type PromptAction = z.infer<typeof PromptAction>;

/** Names of folders: what they hold is named, never a path. */
export const PromptSetName = z.string().regex(/^[\w-]{1,40}$/);

/** A prompt of a set as it can be edited. */
export const PromptTemplate = z.object({
  file: z.string(),
  /** What is asked with it. */
  actions: z.array(PromptAction),
  /** Used only behind a step of this kind; null for any. */
  after: TokenName.nullable(),
  text: z.string(),
});
export type PromptTemplate = z.infer<typeof PromptTemplate>;

export const PromptSetFacts = z.object({
  name: PromptSetName,
  description: z.string(),
  /** Made by a person; the others came with the workbench and cannot be changed. */
  isOwn: z.boolean(),
});
export type PromptSetFacts = z.infer<typeof PromptSetFacts>;

export const EditablePrompts = PromptSetFacts.extend({
  /** `message`: a prompt is a whole message. `continuation`: the question is the message, and a prompt is how the response goes on. */
  layout: z.enum(['message', 'continuation']),
  templates: z.array(PromptTemplate),
  /** Changes with every save. */
  version: z.string(),
});
export type EditablePrompts = z.infer<typeof EditablePrompts>;

/** Texts by file; files that are left out stay as they are. */
const ChangedTexts = z.record(z.string().max(80), z.string().max(20_000));

const WrittenStep = z.object({ token: TokenName, text: z.string().max(20_000) });

/** One prompt, tried on one question. */
export const PromptTrial = z.object({
  checkpointId: CheckpointId,
  from: PromptSetName,
  texts: ChangedTexts,
  action: PromptAction,
  question: z.object({ prompt: z.string().trim().min(1).max(20_000), referenceAnswer: z.string().max(2000) }),
  /** Steps so far, oldest first. A check is about the last one. */
  steps: z.array(WrittenStep).max(64),
  temperature: z.number().min(0).max(2),
  maxTokens: z.int().min(1).max(8192),
  seed: z.int().min(0),
});
export type PromptTrial = z.infer<typeof PromptTrial>;

/** What an engine is asked for a trial: the set as its files, and what it is about. */
export const StepRequest = PromptTrial.pick({
  action: true,
  steps: true,
  temperature: true,
  maxTokens: true,
  seed: true,
}).extend({ files: z.record(z.string(), z.string()), prompt: z.string() });
export type StepRequest = z.infer<typeof StepRequest>;

/** What the model writes to a prompt. */
export const StepEvent = z.discriminatedUnion('type', [
  /** All of it so far, as it comes. */
  z.object({ type: z.literal('stepWritten'), text: z.string() }),
  z.object({
    type: z.literal('stepFinished'),
    /** Tidied as a search tidies it. */
    text: z.string(),
    isTruncated: z.boolean(),
    tokens: z.int(),
    seconds: z.number(),
  }),
]);
export type StepEvent = z.infer<typeof StepEvent>;

export const TrialEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opening') }),
  /** What the model reads. */
  z.object({ type: z.literal('asked'), message: z.string(), continuation: z.string() }),
  z.object({ type: z.literal('written'), text: z.string() }),
  z.object({
    type: z.literal('finished'),
    text: z.string(),
    isTruncated: z.boolean(),
    tokens: z.int(),
    seconds: z.number(),
    /** Of the answer, where the step states one. */
    verdict: z.object({ answer: z.string().nullable(), isRight: z.boolean(), why: z.string() }).nullable(),
    /** What a check says of the step; `none` where it comes to no verdict, null where no check was asked for. */
    check: z.enum(['right', 'wrong', 'none']).nullable(),
  }),
]);
export type TrialEvent = z.infer<typeof TrialEvent>;

export const promptsContract = {
  /** Those of the workbench first. */
  list: oc.input(z.object({})).output(z.array(PromptSetFacts)),
  /** @throws WorkbenchError `prompt-set-missing`, `prompt-set-invalid` */
  get: oc.input(z.object({ name: PromptSetName })).output(EditablePrompts),
  /**
   * Keeps prompts as a set of the person's own, made from another one.
   * @param basedOn version of the set of this name that the person has seen; null for a new one
   * @throws WorkbenchError `prompt-set-shipped`, `prompt-set-changed`, `prompt-set-invalid`
   */
  save: oc
    .input(z.object({ name: PromptSetName, from: PromptSetName, texts: ChangedTexts, basedOn: z.string().nullable() }))
    .output(EditablePrompts),
  /** @throws WorkbenchError as `get` and `playground.ask` */
  tryOut: oc.input(PromptTrial).output(eventIterator(TrialEvent)),
};
