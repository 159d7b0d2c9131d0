import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '@core/formats/json';
import { ChatTemplate } from '@core/tokenizer/chat-template';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import type { ChatMessage, Tokenizer } from '@core/tokenizer/tokenizer';
import { Mismatches } from './compare';
import type { GoldenCase } from './golden-set';

/** A text and what a tokenizer makes of it. */
export interface EncodeRow {
  readonly text: string;
  /** Special tokens recognised; with what the post-processor adds where `ids_without_specials` stands beside it. */
  readonly ids: readonly number[];
  readonly ids_without_specials?: readonly number[];
  /** Special tokens spelled out; where other rows of the file have it, equal to `ids` when absent. */
  readonly text_ids?: readonly number[];
  readonly decoded?: string;
  readonly decoded_skip_special?: string;
}

export interface ChatRow {
  readonly messages: readonly ChatMessage[];
  readonly add_generation_prompt: boolean;
  readonly text: string;
  readonly ids: readonly number[];
}

export interface EncodeFile {
  readonly vocabulary?: number;
  readonly cases: readonly EncodeRow[];
  readonly chats?: readonly ChatRow[];
}

type Files = Parameters<typeof loadTokenizer>[0];

const FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'generation_config.json',
  'config.json',
] as const satisfies readonly (keyof Files)[];

/** The tokenizer of a Hugging Face folder, whatever else lies in it. */
export function loadTokenizerFolder(folder: string): Tokenizer {
  const files: Partial<Record<(typeof FILES)[number], string>> = {};
  for (const name of FILES) if (existsSync(join(folder, name))) files[name] = readFileSync(join(folder, name), 'utf8');
  return loadTokenizer({ 'tokenizer.json': '', ...files });
}

/** The chat template that a tokenizer's own files hold, or null. */
export function templateOf(tokenizer: Tokenizer): ChatTemplate | null {
  const files = tokenizer.toFiles();
  const config: unknown = JSON.parse(files['tokenizer_config.json'] ?? '{}');
  const written = isRecord(config) ? config['chat_template'] : undefined;
  const source = files['chat_template.jinja'] ?? (typeof written === 'string' ? written : null);
  if (source === null) return null;
  const surface = (id: number | null | undefined) => (typeof id === 'number' ? tokenizer.surfaceOf(id) : null);
  return new ChatTemplate(source, {
    bosToken: surface(tokenizer.bosId),
    eosToken: surface(tokenizer.eosIds[0]),
    padToken: surface(tokenizer.padId),
  });
}

/** Ids, decoded texts and conversations of one tokenizer, each against the file. */
export function encodeCases(
  tokenizer: () => Tokenizer | Promise<Tokenizer>,
  file: () => EncodeFile,
  prefix = '',
): GoldenCase[] {
  const counting = (name: string, note: (found: Mismatches, tokenizer: Tokenizer, file: EncodeFile) => void) => ({
    name: `${prefix}${name}`,
    measure: async () => {
      const found = new Mismatches();
      note(found, await tokenizer(), file());
      return found.finding();
    },
  });
  return [
    counting('ids of texts', (found, own, { cases, vocabulary = own.size }) => {
      found.note(own.size, vocabulary, 'size of the vocabulary');
      for (const { text, ids, ids_without_specials: plain = ids } of cases)
        found.note([...own.encode(text, { specials: 'recognise' })], plain, JSON.stringify(text));
    }),
    counting('ids with the post-processor', (found, own, { cases }) => {
      for (const { text, ids, ids_without_specials: plain } of cases)
        if (plain)
          found.note([...own.encode(text, { specials: 'recognise', addBos: true })], ids, JSON.stringify(text));
    }),
    counting('ids of spelled-out specials', (found, own, { cases }) => {
      if (!cases.some((row) => row.text_ids)) return;
      for (const { text, ids, text_ids: spelled = ids } of cases)
        found.note([...own.encode(text)], spelled, JSON.stringify(text));
    }),
    counting('decoded texts', (found, own, { cases }) => {
      for (const { ids, ids_without_specials: plain = ids, ...row } of cases) {
        if (row.decoded !== undefined) found.note(own.decode(plain), row.decoded, JSON.stringify(row.text));
        if (row.decoded_skip_special !== undefined)
          found.note(own.decode(plain, { skipSpecials: true }), row.decoded_skip_special, JSON.stringify(row.text));
      }
    }),
    counting('rendered chats', (found, own, { chats = [] }) => {
      const template = templateOf(own);
      for (const { messages, add_generation_prompt: prompt, text } of chats)
        found.note(template?.render(messages, prompt), text, JSON.stringify(text));
    }),
    counting('ids of chats', (found, own, { chats = [] }) => {
      for (const { messages, add_generation_prompt: addGenerationPrompt, text, ids } of chats) {
        found.note([...own.encode(text, { specials: 'recognise' })], ids, JSON.stringify(text));
        // What a message holds can never become a special token here; the library recognises it anywhere.
        if (!messages.some(({ content }) => spellsSpecial(own, content)))
          found.note([...own.encodeChat(messages, { addGenerationPrompt })], ids, JSON.stringify(text));
      }
    }),
  ];
}

function spellsSpecial(tokenizer: Tokenizer, text: string): boolean {
  return tokenizer.encode(text).join() !== tokenizer.encode(text, { specials: 'recognise' }).join();
}
