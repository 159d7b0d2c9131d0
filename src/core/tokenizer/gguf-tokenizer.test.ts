import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../formats/gguf';
import { MODELS } from '../testing/fixtures';
import { describeGgufTokenizer } from './gguf-tokenizer';
import { loadTokenizer } from './load-tokenizer';
import type { Tokenizer } from './tokenizer';

function loadFrom(facts: Readonly<Record<string, GgufValue>>): Tokenizer {
  const metadata = new Map(Object.entries(facts).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));
  const template = metadata.get('tokenizer.ggml.chat_template');
  if (template !== undefined) metadata.set('tokenizer.chat_template', template);
  return loadTokenizer(describeGgufTokenizer(metadata, 'x.gguf'));
}

/** A SentencePiece vocabulary as GGUF keeps it: unknown, BOS, EOS, 256 bytes, then pieces with their scores. */
function sentencePiece(
  pieces: readonly (readonly [string, number])[],
  more: Readonly<Record<string, GgufValue>> = {},
): Tokenizer {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...pieces.map(([piece]) => piece)];
  return loadFrom({
    model: 'llama',
    tokens,
    scores: [...tokens.slice(0, 259).map(() => 0), ...pieces.map(([, score]) => score)],
    token_type: [2, 3, 3, ...bytes.map(() => 6), ...pieces.map(() => 1)],
    bos_token_id: 1,
    eos_token_id: 2,
    unknown_token_id: 0,
    ...more,
  });
}

/** SentencePiece by its definition: join the neighbours whose union scores best, leftmost first, until none is known. */
function joinByScore(text: string, scores: ReadonlyMap<string, number>): string[] {
  const symbols = [...text];
  for (;;) {
    let best = -Infinity;
    let at = -1;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const score = scores.get(`${symbols[i]}${symbols[i + 1]}`) ?? -Infinity;
      if (score > best) [best, at] = [score, i];
    }
    if (at < 0) return symbols;
    symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`);
  }
}

describe('SentencePiece in GGUF', () => {
  const pieces = [
    ['▁', -100],
    ['a', -101],
    ['b', -102],
    ['c', -103],
    ['ab', -1],
    ['bc', -2],
    ['▁a', -3],
    ['abc', -4],
    ['▁abc', -5],
    ['ca', -6],
    ['aa', -7],
    ['aab', -8],
    ['▁▁', -9],
  ] as const;
  const tokenizer = sentencePiece(pieces);

  it('joins by score as the definition says, on any text', () => {
    const scores = new Map<string, number>(pieces);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 1, maxLength: 20 }), (text) => {
        const marked = `▁${text.replaceAll(' ', '▁')}`;
        expect([...tokenizer.encode(text)].map((id) => tokenizer.surfaceOf(id))).toEqual(joinByScore(marked, scores));
      }),
      { numRuns: 500 },
    );
  });

  it('puts BOS in front unless the file says no, and takes the leading blank off again', () => {
    expect(tokenizer.encode('abc', { addBos: true })[0]).toBe(1);
    expect(sentencePiece(pieces, { add_bos_token: false }).encode('abc', { addBos: true })[0]).not.toBe(1);
    expect(tokenizer.decode(tokenizer.encode('abc ä'))).toBe('abc ä');
    expect([tokenizer.bosId, tokenizer.eosIds]).toEqual([1, [2]]);
  });

  it('leaves the front alone where the file adds no blank', () => {
    const bare = sentencePiece(pieces, { add_space_prefix: false });
    expect([...bare.encode('abc')].map((id) => bare.surfaceOf(id))).toEqual(['abc']);
    expect(bare.decode(bare.encode(' abc'))).toBe(' abc');
  });

  const stories = join(MODELS, 'stories260K');
  it.runIf(existsSync(stories))('spells the published text of stories260K with the ids that wrote it', () => {
    const { vocab } = JSON.parse(readFileSync(join(stories, 'tok512.json'), 'utf8')) as {
      vocab: readonly (readonly [string, number])[];
    };
    const golden = JSON.parse(readFileSync(join(stories, 'expected.json'), 'utf8')) as {
      greedy_text: string;
      greedy_ids: readonly number[];
    };
    // llama2.c writes a piece's blank as it is.
    const real = sentencePiece(vocab.slice(259).map(([piece, score]) => [piece.replaceAll(' ', '▁'), score]));
    const ids = golden.greedy_ids.slice(1);
    expect(real.decode(ids)).toBe(golden.greedy_text.slice(0, real.decode(ids).length));
    expect([...real.encode(real.decode(ids))]).toEqual(ids);
  });
});

describe('byte-level BPE in GGUF', () => {
  const facts = {
    model: 'gpt2',
    tokens: ['a', 'b', 'ab', '<eos>', '<think>', '[PAD5]'],
    token_type: [1, 1, 1, 3, 4, 5],
    merges: ['a b'],
    eos_token_id: 3,
  } as const;

  it('tells special tokens, added ones and padding apart', () => {
    const tokenizer = loadFrom({ ...facts, pre: 'qwen2' });
    expect([...tokenizer.encode('ab<eos><think>', { specials: 'recognise' })]).toEqual([2, 3, 4]);
    // Added but not special: recognised in any text, as the tokenizers library does.
    expect([...tokenizer.encode('<think>')]).toEqual([4]);
    expect(tokenizer.decode([2, 3, 4], { skipSpecials: true })).toBe('ab<think>');
    expect([tokenizer.size, tokenizer.idOf('[PAD5]')]).toEqual([5, null]);
  });

  it('begins a plain conversation with BOS where the model was trained with it', () => {
    const chat = [{ role: 'user', content: 'ab' }] as const;
    const encode = (more: Readonly<Record<string, GgufValue>>) => [
      ...loadFrom({ ...facts, bos_token_id: 3, ...more }).encodeChat(chat, { addGenerationPrompt: true }),
    ];
    expect(encode({ add_bos_token: true })).toEqual([3, 2]);
    expect(encode({})).toEqual([2]);
  });

  it('names the pre-tokenizer that it does not know', () => {
    expect(() => loadFrom({ ...facts, pre: 'martian' })).toThrow(
      'x.gguf has the pre-tokenizer "martian", which the workbench does not read.',
    );
  });

  it('survives tokens with the names of built-in things', () => {
    const tokenizer = loadFrom({
      model: 'gpt2',
      tokens: ['__proto__', 'constructor', 'a'],
      token_type: [1, 1, 1],
      merges: [],
    });
    expect([tokenizer.idOf('__proto__'), tokenizer.idOf('constructor'), tokenizer.idOf('toString')]).toEqual([
      0,
      1,
      null,
    ]);
  });
});
