import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DATA, FIXTURES, hasData, hasFixtures, MODELS, readJsonFixture, readRows } from '../testing/fixtures';
import { ChatTemplate } from './chat-template';
import { loadTokenizer } from './load-tokenizer';
import { gpt2Tokenizer, llama3Tokenizer } from './testing/build-tokenizers';
import type { ChatMessage, Tokenizer } from './tokenizer';

const NAMES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'generation_config.json',
  'config.json',
] as const;

function loadFolder(folder: string): Tokenizer {
  const files: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) if (existsSync(join(folder, name))) files[name] = readFileSync(join(folder, name), 'utf8');
  return loadTokenizer({ 'tokenizer.json': '', ...files });
}

interface EncodeCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_without_specials?: readonly number[];
  readonly text_ids?: readonly number[];
  readonly decoded?: string;
  readonly decoded_skip_special?: string;
}
interface ChatCase {
  readonly messages: readonly ChatMessage[];
  readonly add_generation_prompt: boolean;
  readonly ids: readonly number[];
}
interface Golden {
  readonly vocabulary: number;
  readonly cases: readonly EncodeCase[];
  readonly chats: readonly ChatCase[];
}

/** Everything that a golden file says of one tokenizer. */
function checkCases(tokenizer: Tokenizer, cases: readonly EncodeCase[]): void {
  for (const row of cases) {
    const plain = row.ids_without_specials ?? row.ids;
    expect([row.text, [...tokenizer.encode(row.text, { specials: 'recognise' })]]).toEqual([row.text, plain]);
    if (row.ids_without_specials)
      expect([...tokenizer.encode(row.text, { specials: 'recognise', addBos: true })]).toEqual(row.ids);
    if (row.text_ids) expect([row.text, [...tokenizer.encode(row.text)]]).toEqual([row.text, row.text_ids]);
    if (row.decoded !== undefined) expect(tokenizer.decode(plain)).toBe(row.decoded);
    if (row.decoded_skip_special !== undefined)
      expect(tokenizer.decode(plain, { skipSpecials: true })).toBe(row.decoded_skip_special);
  }
}

function checkChats(tokenizer: Tokenizer, chats: readonly ChatCase[]): void {
  for (const { messages, add_generation_prompt: addGenerationPrompt, ids } of chats)
    expect([...tokenizer.encodeChat(messages, { addGenerationPrompt })]).toEqual(ids);
}

/** Large tokenizers are read once, and only where their files are. */
const TOKENIZERS = {
  qwen: () => loadFolder(join(DATA, 'tokenizers/qwen2.5')),
  smollm: () => loadFolder(join(MODELS, 'smollm2-135m-instruct')),
  gpt2: () => gpt2Tokenizer(join(DATA, 'tokenizers/gpt2')),
  llama3: () => llama3Tokenizer(join(DATA, 'tokenizers/llama3/tokenizer.model')),
} as const;
const loaded = new Map<string, Tokenizer>();
function tokenizerOf(name: keyof typeof TOKENIZERS): Tokenizer {
  const known = loaded.get(name) ?? TOKENIZERS[name]();
  loaded.set(name, known);
  return known;
}

describe.runIf(hasFixtures)('ids of the tokenizers library', () => {
  it.each(['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'])('%s: texts, decoding and chats', (name) => {
    const tokenizer = loadFolder(join(FIXTURES, 'models', name));
    const golden = readJsonFixture<Golden>('models', name, 'expected/encode.json');
    expect(tokenizer.size).toBe(golden.vocabulary);
    checkCases(tokenizer, golden.cases);
    checkChats(tokenizer, golden.chats);
  });

  it.each(['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2'])(
    '%s grown by 16 tokens equals the tokenizer that transformers saved',
    (name) => {
      const golden = readJsonFixture<{
        tokens: { open: string; close: string; open_id: number }[];
        new_tokenizer_length: number;
        cases: EncodeCase[];
      }>('surgery', name, 'expected/surgery.json');
      const grown = loadFolder(join(FIXTURES, 'models', name)).withAddedTokens(
        golden.tokens.flatMap(({ open, close }) => [open, close]),
      );
      const saved = loadFolder(join(FIXTURES, 'surgery', name));
      const again = loadTokenizer({ 'tokenizer.json': '', ...grown.toFiles() });
      for (const tokenizer of [grown, saved, again]) {
        expect(tokenizer.size).toBe(golden.new_tokenizer_length);
        for (const { open, open_id } of golden.tokens) expect(tokenizer.idOf(open)).toBe(open_id);
        checkCases(tokenizer, golden.cases);
      }
      const chat = [{ role: 'user', content: 'Hi' }] as const;
      expect(again.encodeChat(chat, { addGenerationPrompt: true })).toEqual(
        saved.encodeChat(chat, { addGenerationPrompt: true }),
      );
    },
  );

  it('SmolLM2: 40 strings and two chats', () => {
    checkCases(tokenizerOf('smollm'), readJsonFixture<Golden>('smollm2/expected/encode.json').cases);
  });

  it.runIf(hasData)('Qwen2.5: 60 strings, spelled ones too, and chats with the official template', () => {
    const golden = readJsonFixture<Golden>('qwen2.5/encode.json');
    expect(tokenizerOf('qwen').size).toBe(golden.vocabulary);
    checkCases(tokenizerOf('qwen'), golden.cases);
    checkChats(tokenizerOf('qwen'), golden.chats);
  });
});

describe.runIf(hasData && hasFixtures)('test vectors of other programs', () => {
  it.each([
    ['Qwen2', 'qwen', 46],
    ['DeepSeek-R1-Distill-Qwen', 'qwen', 46],
    ['SmolLM', 'smollm', 46],
    ['GPT-2', 'gpt2', 46],
    ['Llama-3', 'llama3', 46],
  ] as const)('llama.cpp, %s', (name, tokenizer, count) => {
    const rows = readRows<EncodeCase & { tokenizer: string }>(DATA, 'tokenizers/cases/llamacpp.jsonl').filter(
      (row) => row.tokenizer === name,
    );
    expect(rows).toHaveLength(count);
    checkCases(
      tokenizerOf(tokenizer),
      rows.map(({ text, ids }) => ({ text, ids })),
    );
  });

  it.each([
    ['Xenova/Qwen1.5-0.5B-Chat', 'qwen', 25],
    ['Xenova/gpt2', 'gpt2', 26],
    ['Xenova/llama3-tokenizer', 'llama3', 37],
    ['Xenova/llama3-tokenizer-new', 'llama3', 37],
  ] as const)('transformers.js, %s', (name, tokenizer, count) => {
    const rows = readRows<EncodeCase & { tokenizer: string }>(DATA, 'tokenizers/cases/transformersjs.jsonl').filter(
      (row) => row.tokenizer === name,
    );
    expect(rows).toHaveLength(count);
    // Some rows begin with the BOS token 128000, which the tokenizer built here does not put in front.
    checkCases(
      tokenizerOf(tokenizer),
      rows.map(({ text, ids }) => ({ text, ids: ids[0] === 128_000 ? ids.slice(1) : ids })),
    );
  });
});

interface TemplateCase {
  readonly name: string;
  readonly chat_template: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly messages: readonly ChatMessage[] };
  readonly target: string;
}

/** What an application without tools asks for: plain messages and no variables beside the usual ones. */
function isPlain({ data }: TemplateCase): boolean {
  const known = new Set(['messages', 'add_generation_prompt', 'bos_token', 'eos_token']);
  return (
    Object.keys(data).every((key) => known.has(key)) &&
    data.messages.every(({ content, ...rest }) => typeof content === 'string' && Object.keys(rest).length === 1)
  );
}

describe.runIf(hasData)('chat templates of others', () => {
  const rows = hasData ? readRows<TemplateCase>(DATA, 'tokenizers/cases/chat_templates.jsonl').filter(isPlain) : [];

  it('has rows to check', () => expect(rows.length).toBeGreaterThan(25));

  it.each(rows.map((row) => [row.name, row] as const))(
    '%s renders as upstream',
    (_, { chat_template, data, target }) => {
      const text = (key: string) => (typeof data[key] === 'string' ? data[key] : null);
      const template = new ChatTemplate(chat_template, {
        bosToken: text('bos_token'),
        eosToken: text('eos_token'),
        padToken: null,
      });
      // A template that sees the variable missing takes it for true; the application always gives it.
      const addGenerationPrompt =
        (data['add_generation_prompt'] ?? chat_template.includes('add_generation_prompt is not defined')) === true;
      // Today is always the same day here.
      expect(template.render(data.messages, addGenerationPrompt)).toBe(target.replace('10 July 2025', '26 July 2024'));
    },
  );
});
