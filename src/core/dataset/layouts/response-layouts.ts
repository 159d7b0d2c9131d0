import { renderSteps } from '../../tokens/render';
import { RFTT_TOKENS } from '../../tokens/token-set';
import {
  listOf,
  recordOf,
  textOf,
  type ExampleLayout,
  type LayoutColumn,
  type LayoutField,
  type ReadCell,
} from './layout';
import type { PortableExample } from './portable-example';
import { kindOf, readResponse } from './response';

/** The question and the response of a row as text, or what is wrong with it. */
type Parts = { readonly prompt: string; readonly response: string } | { readonly problem: string };

const ANSWER: LayoutField = {
  name: 'answer',
  guesses: ['answer', 'label', 'reference_answer', 'referenceAnswer'],
  isRequired: false,
};
const ID: LayoutField = { name: 'id', guesses: ['id', 'question_id', 'questionId', 'unique_id'], isRequired: false };

/** A layout that keeps question and response as text: masks, verdicts, tags and lineage have no place in it. */
function responseLayout(own: {
  readonly columns: readonly LayoutColumn[];
  row(prompt: string, response: string, example: PortableExample): Record<string, unknown>;
  readonly fields: readonly LayoutField[];
  parts(cell: ReadCell): Parts;
  fits: ExampleLayout['fits'];
}): ExampleLayout {
  return {
    columns: own.columns,
    write: (example, set) => ({ row: own.row(example.prompt, renderSteps(example.steps, set).trimEnd(), example) }),
    fields: [...own.fields, ANSWER, ID],
    read(cell, set = RFTT_TOKENS) {
      const parts = own.parts(cell);
      if ('problem' in parts) return parts;
      const prompt = parts.prompt.trim();
      if (prompt === '') return { problem: 'The question is empty.' };
      if (set.holdsTag(prompt)) return { problem: 'The question spells a functional token; write it differently.' };
      const read = readResponse(parts.response, set);
      if ('problem' in read) return read;
      const { steps } = read;
      const questionId = textOf(cell('id'));
      return {
        example: {
          prompt,
          steps,
          kind: kindOf(steps, set),
          referenceAnswer: textOf(cell('answer')).trim(),
          ...(questionId !== '' && { questionId }),
        },
      };
    },
    fits: own.fits,
  };
}

const USER = new Set(['user', 'human']);
const ASSISTANT = new Set(['assistant', 'gpt', 'model', 'chatgpt', 'bing', 'bard']);

/** One question and one response of a list of turns; what a system turn says stands before the question. */
function partsOfTurns(value: unknown, role: string, content: string): Parts {
  const turns = listOf(value);
  if (turns === null) return { problem: 'This is no list of messages.' };
  const texts = { system: [] as string[], user: [] as string[], assistant: [] as string[] };
  for (const [at, turn] of turns.entries()) {
    const record = recordOf(turn);
    const who = textOf(record?.[role]);
    const said = record?.[content];
    if (typeof said !== 'string') return { problem: `Message ${at + 1} has no text in “${content}”.` };
    if (USER.has(who)) texts.user.push(said);
    else if (ASSISTANT.has(who)) texts.assistant.push(said);
    else if (who === 'system') texts.system.push(said);
    else return { problem: `Message ${at + 1} is from “${who}”, who is neither the person nor the model.` };
  }
  const [prompt] = texts.user;
  const [response] = texts.assistant;
  if (texts.user.length !== 1 || texts.assistant.length !== 1 || prompt === undefined || response === undefined) {
    return {
      problem: `This conversation has ${texts.user.length} questions and ${texts.assistant.length} responses; an example is one of each.`,
    };
  }
  return { prompt: [...texts.system, prompt].join('\n\n'), response };
}

/** The text of a cell that is text, or of the only message in it. */
function textOrMessage(value: unknown): string | null {
  const turns = listOf(value);
  if (turns === null) return typeof value === 'string' ? value : null;
  const texts = turns.map((turn) => recordOf(turn)?.['content']);
  return texts.length > 0 && texts.every((text) => typeof text === 'string') ? texts.join('\n\n') : null;
}

const turns = (role: string, content: string) => ({ turns: [role, content] as const });

/** TRL's prompt and completion, as conversations: the trainer lays the model's own chat template over them. */
export const promptCompletionLayout = responseLayout({
  columns: [
    { name: 'prompt', type: turns('role', 'content') },
    { name: 'completion', type: turns('role', 'content') },
  ],
  row: (prompt, response) => ({
    prompt: [{ role: 'user', content: prompt }],
    completion: [{ role: 'assistant', content: response }],
  }),
  fields: [
    { name: 'prompt', guesses: ['prompt', 'question', 'problem'], isRequired: true },
    { name: 'completion', guesses: ['completion', 'response', 'solution', 'answer'], isRequired: true },
  ],
  parts(cell) {
    const prompt = textOrMessage(cell('prompt'));
    const response = textOrMessage(cell('completion'));
    if (prompt === null) return { problem: 'The question is neither text nor a list of messages.' };
    if (response === null) return { problem: 'The response is neither text nor a list of messages.' };
    return { prompt, response };
  },
  fits: (columns) => columns.includes('prompt') && columns.includes('completion'),
});

/** `messages` with `role` and `content`, as chat programs and TRL have them. */
export const messagesLayout = responseLayout({
  columns: [{ name: 'messages', type: turns('role', 'content') }],
  row: (prompt, response) => ({
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: response },
    ],
  }),
  fields: [{ name: 'messages', guesses: ['messages', 'conversation', 'conversations'], isRequired: true }],
  parts: (cell) => partsOfTurns(cell('messages'), 'role', 'content'),
  fits: (_, cell) => firstTurn(cell('messages'))?.['role'] !== undefined,
});

/** ShareGPT: `conversations` with `from` (human, gpt) and `value`. */
export const shareGptLayout = responseLayout({
  columns: [{ name: 'conversations', type: turns('from', 'value') }],
  row: (prompt, response) => ({
    conversations: [
      { from: 'human', value: prompt },
      { from: 'gpt', value: response },
    ],
  }),
  fields: [{ name: 'conversations', guesses: ['conversations', 'conversation', 'messages'], isRequired: true }],
  parts: (cell) => partsOfTurns(cell('conversations'), 'from', 'value'),
  fits: (_, cell) => firstTurn(cell('conversations'))?.['from'] !== undefined,
});

/** Stanford Alpaca: instruction, input, output. */
export const alpacaLayout = responseLayout({
  columns: [
    { name: 'instruction', type: 'string' },
    { name: 'input', type: 'string' },
    { name: 'output', type: 'string' },
  ],
  row: (prompt, response) => ({ instruction: prompt, input: '', output: response }),
  fields: [
    { name: 'instruction', guesses: ['instruction'], isRequired: true },
    { name: 'input', guesses: ['input', 'context'], isRequired: false },
    { name: 'output', guesses: ['output', 'response'], isRequired: true },
  ],
  parts(cell) {
    const context = textOf(cell('input')).trim();
    const instruction = textOf(cell('instruction')).trim();
    return {
      prompt: instruction === '' || context === '' ? instruction : `${instruction}\n\n${context}`,
      response: textOf(cell('output')),
    };
  },
  fits: (columns) => columns.includes('instruction') && columns.includes('output'),
});

/** OpenRLHF: `--input_key input --output_key output`; the right answer under its `--label_key`. */
export const openRlhfLayout = responseLayout({
  columns: [
    { name: 'input', type: 'string' },
    { name: 'output', type: 'string' },
    { name: 'label', type: 'string' },
  ],
  row: (prompt, response, { referenceAnswer }) => ({ input: prompt, output: response, label: referenceAnswer }),
  fields: [
    { name: 'input', guesses: ['input', 'question'], isRequired: true },
    { name: 'output', guesses: ['output', 'response', 'completion'], isRequired: true },
  ],
  parts: (cell) => ({ prompt: textOf(cell('input')), response: textOf(cell('output')) }),
  fits: (columns) => columns.includes('input') && columns.includes('output'),
});

function firstTurn(value: unknown): Readonly<Record<string, unknown>> | null {
  return recordOf((listOf(value) ?? [])[0]);
}
