import { z } from 'zod';
import { PromptTrial, type EditablePrompts, type PromptTemplate } from '@contracts/prompts';
import { promptTexts } from '../texts/prompts.en';

/** Prompts that a person is at work on, kept for each set that they started from. */
export const PromptDraft = z.object({
  /** Texts by file that differ from the set's. */
  texts: z.record(z.string(), z.string()),
  /** File of the prompt that is open; empty for the first. */
  file: z.string(),
  /** Place of the question in its set. */
  question: z.int().min(0),
  /** Steps of the trial so far. */
  steps: PromptTrial.shape.steps,
  /** Counts tries, so that another try draws other lots. */
  seed: z.int().min(0),
});
export type PromptDraft = z.infer<typeof PromptDraft>;

export const EMPTY_PROMPTS: PromptDraft = { texts: {}, file: '', question: 0, steps: [], seed: 1 };

/** The draft with the text of one prompt changed, or no longer changed when it is the set's own again. */
export function withText(draft: PromptDraft, { file, text }: PromptTemplate, next: string): PromptDraft {
  const { [file]: _old, ...others } = draft.texts;
  return { ...draft, texts: next === text ? others : { ...others, [file]: next } };
}

const PLACEHOLDER = /\{\{(\w*)\}?\}?/g;
/** What a prompt may name; see `PromptSet.render`. */
export const PLACEHOLDERS = ['question', 'steps', 'plain', 'shared', 'wrong', 'right', 'last'] as const;

/** What is wrong with a prompt, as a sentence that says what would be right; null when it can be used. */
export function checkPrompt(text: string, layout: EditablePrompts['layout']): string | null {
  if (text.trim() === '') return promptTexts.check.empty;
  if (layout === 'message' && !text.includes('{{question}}')) return promptTexts.check.question;
  const unknown = [...text.matchAll(PLACEHOLDER)].find(
    ([whole, name]) => !whole.endsWith('}}') || !PLACEHOLDERS.some((known) => known === name),
  );
  return unknown ? promptTexts.check.unknown(unknown[0]) : null;
}

/** The token that a prompt writes a step of: a check is a `verify`, of a wrong step or of a right one. */
export function tokenOf(action: PromptTemplate['actions'][number]): PromptDraft['steps'][number]['token'] {
  return action === 'confirm' ? 'verify' : action;
}
