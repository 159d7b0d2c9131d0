import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatTemplate, chooseMark } from './chat-template';
import { loadTokenizer, type TokenizerFiles } from './load-tokenizer';
import { gpt2Tokenizer, llama3Tokenizer } from './testing/build-tokenizers';
import type { ChatMessage, Tokenizer } from './tokenizer';

const FIXTURES = process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures';
const DATA = process.env['WORKBENCH_DATA'] ?? '../shared/data';
const MODELS = join(FIXTURES, '../models');

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
  readonly text: string;
  readonly ids: readonly number[];
}
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const readRows = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

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

const qwen = loadFolder(join(DATA, 'tokenizers/qwen2.5'));
const smollm = loadFolder(join(MODELS, 'smollm2-135m-instruct'));

describe('golden ids', () => {
  it.each(['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'])('%s: texts, decoding and chats', (name) => {
    const folder = join(FIXTURES, 'models', name);
    const tokenizer = loadFolder(folder);
    const golden = readJson<{ vocabulary: number; cases: EncodeCase[]; chats: ChatCase[] }>(
      join(folder, 'expected/encode.json'),
    );
    expect(tokenizer.size).toBe(golden.vocabulary);
    checkCases(tokenizer, golden.cases);
    for (const chat of golden.chats) {
      expect([...tokenizer.encodeChat(chat.messages, { addGenerationPrompt: chat.add_generation_prompt })]).toEqual(
        chat.ids,
      );
    }
  });

  it('Qwen2.5: 60 strings, spelled ones too, and chats with the official template', () => {
    const golden = readJson<{ vocabulary: number; cases: EncodeCase[]; chats: ChatCase[] }>(
      join(FIXTURES, 'qwen2.5/encode.json'),
    );
    expect(qwen.size).toBe(golden.vocabulary);
    checkCases(qwen, golden.cases);
    for (const chat of golden.chats) {
      expect([...qwen.encodeChat(chat.messages, { addGenerationPrompt: chat.add_generation_prompt })]).toEqual(
        chat.ids,
      );
    }
  });

  it('SmolLM2: 40 strings', () => {
    checkCases(smollm, readJson<{ cases: EncodeCase[] }>(join(FIXTURES, 'smollm2/expected/encode.json')).cases);
  });

  const gpt2 = gpt2Tokenizer(join(DATA, 'tokenizers/gpt2'));
  const llama3 = llama3Tokenizer(join(DATA, 'tokenizers/llama3/tokenizer.model'));
  it.each([
    ['Qwen2', qwen, 46],
    ['SmolLM', smollm, 46],
    ['GPT-2', gpt2, 46],
    ['Llama-3', llama3, 46],
  ] as const)('llama.cpp test vectors of %s', (name, tokenizer, count) => {
    const rows = readRows<EncodeCase & { tokenizer: string }>(join(DATA, 'tokenizers/cases/llamacpp.jsonl')).filter(
      (row) => row.tokenizer === name,
    );
    expect(rows).toHaveLength(count);
    checkCases(
      tokenizer,
      rows.map(({ text, ids }) => ({ text, ids })),
    );
  });

  it.each([
    ['Xenova/Qwen1.5-0.5B-Chat', qwen, 25],
    ['Xenova/gpt2', gpt2, 26],
    ['Xenova/llama3-tokenizer', llama3, 37],
    ['Xenova/llama3-tokenizer-new', llama3, 37],
  ] as const)('transformers.js test vectors of %s', (name, tokenizer, count) => {
    const rows = readRows<EncodeCase & { tokenizer: string }>(
      join(DATA, 'tokenizers/cases/transformersjs.jsonl'),
    ).filter((row) => row.tokenizer === name);
    expect(rows).toHaveLength(count);
    // Some rows were made with the BOS token 128000, which the tokenizer built here does not put in front.
    checkCases(
      tokenizer,
      rows.map(({ text, ids }) => ({ text, ids: ids[0] === 128_000 ? ids.slice(1) : ids })),
    );
  });
});

describe('chat templates', () => {
  const rows = readRows<{
    name: string;
    chat_template: string;
    data: Record<string, unknown> & { messages: ChatMessage[] };
    target: string;
  }>(join(DATA, 'tokenizers/cases/chat_templates.jsonl'));
  // Only what an application without tools can ask for: plain messages and no further variables.
  const known = new Set(['messages', 'add_generation_prompt', 'bos_token', 'eos_token']);
  const plain = rows.filter(
    ({ data }) =>
      Object.keys(data).every((key) => known.has(key)) &&
      data.messages.every(({ content, ...rest }) => typeof content === 'string' && Object.keys(rest).length === 1),
  );

  it('has rows to check', () => expect(plain.length).toBeGreaterThan(25));

  it.each(plain.map((row) => [row.name, row] as const))(
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
      expect(template.render(data.messages, addGenerationPrompt)).toBe(target.replace('10 July 2025', '26 July 2024'));
    },
  );

  it('names what a template refused', () => {
    const template = new ChatTemplate("{{ raise_exception('roles must alternate') }}", {
      bosToken: null,
      eosToken: null,
      padToken: null,
    });
    expect(() => template.render([], false)).toThrow(
      'The chat template of the model refuses this conversation: roles must alternate',
    );
  });
});

describe('injection', () => {
  const tokenizer = qwen.withAddedTokens(['<verify>', '</verify>']);
  const [open, close] = [tokenizer.idOf('<verify>'), tokenizer.idOf('</verify>')];

  it('never turns the content of a message into a special token', () => {
    const count = (ids: Int32Array, id: number | null) => ids.filter((other) => other === id).length;
    const bare = tokenizer.encodeChat([{ role: 'user', content: 'x' }], { addGenerationPrompt: true });
    const pieces = fc.constantFrom(
      '<verify>',
      '</verify>',
      '<|im_end|>',
      '<|im_start|>',
      '<',
      'verify>',
      '<|im_',
      'end|>',
      ' ',
      'a',
      '\n',
      '\uFDD0',
      '<ver',
      'ify>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (parts) => {
        const content = `q${parts.join('')}`;
        const ids = tokenizer.encodeChat([{ role: 'user', content }], { addGenerationPrompt: true });
        expect([open, close].map((id) => count(ids, id))).toEqual([0, 0]);
        expect(count(ids, tokenizer.idOf('<|im_end|>'))).toBe(count(bare, tokenizer.idOf('<|im_end|>')));
        // Nothing else changes: the text is what the template gives for the unmarked content.
        expect(tokenizer.decode(ids)).toContain(content.normalize('NFC'));
      }),
    );
  });

  it('does not let a content and the template complete a token together', () => {
    const sewing = loadTokenizer({
      ...qwen.toFiles(),
      'chat_template.jinja': '<{% for m in messages %}{{ m.content | trim }}{% endfor %}',
    } as unknown as TokenizerFiles).withAddedTokens(['<verify>']);
    const id = sewing.idOf('<verify>');
    for (const contents of [['verify>'], ['<veri', 'fy>'], [' verify', '> '], ['v', 'erif', 'y>']]) {
      const ids = sewing.encodeChat(
        contents.map((content) => ({ role: 'user', content })),
        { addGenerationPrompt: false },
      );
      expect([...ids]).not.toContain(id);
      expect(sewing.decode(ids)).toBe(`<${contents.map((content) => content.trim()).join('')}`);
    }
  });

  it('chooses a mark that nobody wrote', () => {
    expect(chooseMark(['a', '\uFDD0\uFDD1'])).toBe('\uFDD2');
  });

  it('spells specials in plain text unless told otherwise', () => {
    expect([...tokenizer.encode('<verify>')]).not.toContain(open);
    expect([...tokenizer.encode('<verify>', { specials: 'recognise' })]).toEqual([open]);
  });
});

describe('withAddedTokens', () => {
  it.each(['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2'])(
    '%s: equals the tokenizer that transformers saved, ids recognised and spelled',
    (name) => {
      const golden = readJson<{
        tokens: { open: string; close: string; open_id: number }[];
        new_tokenizer_length: number;
        cases: EncodeCase[];
      }>(join(FIXTURES, 'surgery', name, 'expected/surgery.json'));
      const grown = loadFolder(join(FIXTURES, 'models', name)).withAddedTokens(
        golden.tokens.flatMap(({ open, close }) => [open, close]),
      );
      const saved = loadFolder(join(FIXTURES, 'surgery', name));
      const again = loadTokenizer(grown.toFiles() as unknown as TokenizerFiles);
      for (const tokenizer of [grown, saved, again]) {
        expect(tokenizer.size).toBe(golden.new_tokenizer_length);
        for (const { open, open_id } of golden.tokens) expect(tokenizer.idOf(open)).toBe(open_id);
        checkCases(tokenizer, golden.cases);
      }
      expect(again.eosIds).toEqual(saved.eosIds.slice(0, again.eosIds.length));
      expect(again.encodeChat([{ role: 'user', content: 'Hi' }], { addGenerationPrompt: true })).toEqual(
        saved.encodeChat([{ role: 'user', content: 'Hi' }], { addGenerationPrompt: true }),
      );
    },
  );

  it('leaves tokens that are there already as they are', () => {
    const twice = qwen.withAddedTokens(['<verify>']).withAddedTokens(['<verify>', '<refine>', '<refine>']);
    expect([twice.idOf('<verify>'), twice.idOf('<refine>'), twice.size]).toEqual([151_665, 151_666, 151_667]);
  });
});

describe('any text', () => {
  it.each([
    ['Qwen2.5', qwen],
    ['SmolLM2 after its own bytes', smollm],
  ] as const)('%s: decoding gives the normalised text back', (name, tokenizer) => {
    // SmolLM2 lacks 21 byte symbols; plain letters, digits, blanks and signs have all of theirs.
    const text =
      name === 'Qwen2.5'
        ? fc.string({ unit: 'grapheme', maxLength: 60 })
        : fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
    fc.assert(
      fc.property(text, (written) => {
        expect(tokenizer.decode(tokenizer.encode(written))).toBe(
          name === 'Qwen2.5' ? written.normalize('NFC') : written,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('takes long words without quadratic time', () => {
    expect(qwen.encode('ab'.repeat(50_000)).length).toBeGreaterThan(1000);
    expect(smollm.encode('='.repeat(100_000)).length).toBeGreaterThan(1000);
  });
});

describe('refusals', () => {
  const base: TokenizerFiles = {
    'tokenizer.json': JSON.stringify({ model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] } }),
  };
  const withJson = (change: Record<string, unknown>): TokenizerFiles => ({
    'tokenizer.json': JSON.stringify({ ...JSON.parse(base['tokenizer.json']), ...change }),
  });

  it('reads the smallest tokenizer', () => {
    const tokenizer = loadTokenizer(base);
    expect([...tokenizer.encode('aabb')]).toEqual([0, 2, 1]);
    expect(tokenizer.eosIds).toEqual([]);
  });

  it.each([
    ['bad JSON', { 'tokenizer.json': '{' }, 'tokenizer.json is not valid JSON.'],
    [
      'a kind that is not known',
      withJson({ model: { type: 'Unigram', vocab: [] } }),
      'tokenizer.json: model: tokenizers of the kind "Unigram" are not supported',
    ],
    [
      'a merge of strangers',
      withJson({ model: { vocab: { a: 0 }, merges: ['a b'] } }),
      'tokenizer.json: model.merges.0: expected tokens that are in the vocabulary',
    ],
    [
      'an id from elsewhere',
      withJson({ model: { vocab: { a: -1 }, merges: [] } }),
      'tokenizer.json: model.vocab.a: expected an id from 0',
    ],
    [
      'a normalizer that is not known',
      withJson({ normalizer: { type: 'Precompiled' } }),
      'the normalizer "Precompiled" is not supported',
    ],
    [
      'a pattern that cannot be read',
      withJson({ pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }),
      'the pattern "(" cannot be read',
    ],
  ])('says what is wrong: %s', (_, files, message) => {
    expect(() => loadTokenizer(files)).toThrow(message);
  });
});
