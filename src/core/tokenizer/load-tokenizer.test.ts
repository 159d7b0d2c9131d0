import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMark } from './chat-template';
import { loadTokenizer, type TokenizerFiles } from './load-tokenizer';
import { byteTokenizerFiles } from './testing/byte-tokenizer';
import type { Tokenizer } from './tokenizer';

const small = loadTokenizer(byteTokenizerFiles());

/** `toFiles` gives a record of any names; a tokenizer always has its two. */
const reload = (tokenizer: Tokenizer): Tokenizer => {
  const files = tokenizer.toFiles();
  return loadTokenizer({
    'tokenizer.json': files['tokenizer.json'] ?? '',
    'tokenizer_config.json': files['tokenizer_config.json'] ?? '',
  });
};

describe('encode and decode', () => {
  it('merges in the order of the list, leftmost first', () => {
    const pieces = [...small.encode('the other 112')].map((id) => small.surfaceOf(id));
    expect(pieces).toEqual(['the', 'Ġ', 'o', 'the', 'r', 'Ġ', '1', '12']);
  });

  it('gives the normalised text back, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (written) => {
        expect(small.decode(small.encode(written))).toBe(written.normalize('NFC'));
      }),
      { numRuns: 500 },
    );
  });

  it('merges as the plain definition does, on any word', () => {
    const merges = [
      ['a', 'b'],
      ['b', 'a'],
      ['ab', 'a'],
      ['a', 'a'],
      ['ab', 'ab'],
      ['aa', 'b'],
    ] as const;
    const tokenizer = loadTokenizer(byteTokenizerFiles({ merges }));
    /** Repeatedly joins the leftmost pair of the lowest rank. */
    const plainly = (word: string): string[] => {
      const symbols = [...word];
      for (;;) {
        const ranked = symbols
          .slice(1)
          .map((right, i) => ({ i, rank: merges.findIndex(([a, b]) => a === symbols[i] && b === right) }));
        const best = ranked.filter(({ rank }) => rank >= 0).sort((x, y) => x.rank - y.rank || x.i - y.i)[0];
        if (!best) return symbols;
        symbols.splice(best.i, 2, `${symbols[best.i]}${symbols[best.i + 1]}`);
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 24 }), (word) => {
        expect([...tokenizer.encode(word)].map((id) => tokenizer.surfaceOf(id))).toEqual(plainly(word));
      }),
      { numRuns: 500 },
    );
  });

  it('takes words of a hundred thousand characters', () => {
    expect(small.encode('the'.repeat(40_000)).length).toBe(40_000);
  });

  it('spells specials unless told otherwise, and skips ids that nobody has', () => {
    const id = small.idOf('<|im_end|>') ?? -1;
    expect([...small.encode('<|im_end|>')]).not.toContain(id);
    expect([...small.encode('a<|im_end|>', { specials: 'recognise' })]).toEqual([97, id]);
    expect(small.decode([97, id, 99_999])).toBe('a<|im_end|>');
    expect(small.decode([97, id], { skipSpecials: true })).toBe('a');
  });

  it('names the tokens that end and pad', () => {
    expect(small.eosIds).toEqual([small.idOf('<|im_end|>')]);
    expect([small.padId, small.bosId]).toEqual([small.idOf('<|endoftext|>'), null]);
  });
});

describe('injection', () => {
  const surfaces = ['<verify>', '</verify>'];
  const grown = small.withAddedTokens(surfaces);
  const count = (ids: Int32Array, id: number | null) => ids.filter((other) => other === id).length;

  it('never turns the content of a message into a special token', () => {
    const bare = grown.encodeChat([{ role: 'user', content: 'x' }], { addGenerationPrompt: true });
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
        const ids = grown.encodeChat([{ role: 'user', content }], { addGenerationPrompt: true });
        for (const surface of [...surfaces, '<|im_end|>', '<|im_start|>'])
          expect(count(ids, grown.idOf(surface))).toBe(count(bare, grown.idOf(surface)));
        // Nothing else changes: what is decoded is what the template gives for the content as it was.
        expect(grown.decode(ids)).toBe(grown.decode(bare).replace('x', () => content));
      }),
    );
  });

  it('does not let a content and the template complete a token together', () => {
    const sewing = loadTokenizer(
      byteTokenizerFiles({ template: '<{% for m in messages %}{{ m.content | trim }}{% endfor %}' }),
    ).withAddedTokens(['<verify>']);
    for (const contents of [['verify>'], ['<veri', 'fy>'], [' verify', '> '], ['v', 'erif', 'y>']]) {
      const ids = sewing.encodeChat(
        contents.map((content) => ({ role: 'user', content })),
        { addGenerationPrompt: false },
      );
      expect([...ids]).not.toContain(sewing.idOf('<verify>'));
      expect(sewing.decode(ids)).toBe(`<${contents.map((content) => content.trim()).join('')}`);
    }
  });

  it('chooses a mark that nobody wrote', () => {
    expect(chooseMark(['a', '\uFDD0\uFDD1'])).toBe('\uFDD2');
    const all = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i)).join('');
    expect(() => chooseMark([all])).toThrow('all 32 Unicode noncharacters');
  });
});

describe('withAddedTokens and toFiles', () => {
  it('numbers new tokens after the last one and leaves known ones alone', () => {
    const twice = small.withAddedTokens(['<verify>']).withAddedTokens(['<verify>', '<refine>', '<refine>', 'the']);
    expect([twice.idOf('<verify>'), twice.idOf('<refine>'), twice.size]).toEqual([
      small.size,
      small.size + 1,
      small.size + 2,
    ]);
    // A surface that is an ordinary token already becomes special under its id.
    expect(twice.idOf('the')).toBe(small.idOf('the'));
    expect(twice.decode(twice.encode('<refine>', { specials: 'recognise' }), { skipSpecials: true })).toBe('');
  });

  it('is the same tokenizer after writing and reading', () => {
    const grown = small.withAddedTokens(['<verify>', '</verify>']);
    const again = reload(grown);
    const chat = [{ role: 'user', content: 'the <verify> 12' }] as const;
    expect(again.encodeChat(chat, { addGenerationPrompt: true })).toEqual(
      grown.encodeChat(chat, { addGenerationPrompt: true }),
    );
    expect([again.size, again.eosIds, again.padId]).toEqual([grown.size, grown.eosIds, grown.padId]);
    expect(again.toFiles()).toEqual(grown.toFiles());
  });

  it('lists new tokens in tokenizer_config.json where the file lists tokens', () => {
    const files = byteTokenizerFiles();
    const listed = { ...JSON.parse(files['tokenizer_config.json'] ?? '{}'), added_tokens_decoder: {} };
    const grown = loadTokenizer({ ...files, 'tokenizer_config.json': JSON.stringify(listed) }).withAddedTokens([
      '<verify>',
    ]);
    expect(JSON.parse(grown.toFiles()['tokenizer_config.json'] ?? '{}')).toMatchObject({
      added_tokens_decoder: { [small.size]: { content: '<verify>', special: true } },
    });
  });
});

describe('other kinds of tokenizer', () => {
  it('SentencePiece BPE: the blank as ▁, bytes for what has no token', () => {
    const vocab = { '<unk>': 0, '<s>': 1, '<0x0A>': 2, '<0xC3>': 3, '<0xA9>': 4, '▁': 5, a: 6, b: 7, '▁a': 8, ab: 9 };
    const tokenizer = loadTokenizer({
      'tokenizer.json': JSON.stringify({
        added_tokens: [{ id: 1, content: '<s>', special: true, normalized: false }],
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'Prepend', prepend: '▁' },
            { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
          ],
        },
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }],
          special_tokens: { '<s>': { ids: [1] } },
        },
        decoder: {
          type: 'Sequence',
          decoders: [
            { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
            { type: 'ByteFallback' },
            { type: 'Fuse' },
            { type: 'Strip', content: ' ', start: 1, stop: 0 },
          ],
        },
        model: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: true, vocab, merges: ['▁ a', 'a b'] },
      }),
    });
    expect([...tokenizer.encode('ab a', { addBos: true })]).toEqual([1, 8, 7, 8]);
    expect([...tokenizer.encode('é\n')]).toEqual([5, 3, 4, 2]);
    expect(tokenizer.decode(tokenizer.encode('é\nab'))).toBe('é\nab');
    // No bytes for x and y here: one unknown token for the two.
    expect([...tokenizer.encode('axyb')]).toEqual([8, 0, 7]);
    expect(tokenizer.decode([4])).toBe('\uFFFD');
  });

  it('WordLevel: a closed vocabulary, joined with blanks', () => {
    const tokenizer = loadTokenizer({
      'tokenizer.json': JSON.stringify({
        pre_tokenizer: {
          type: 'Split',
          pattern: { Regex: '\\d|[A-Za-z]+|[^\\sA-Za-z0-9]|\\n' },
          behavior: 'Removed',
          invert: true,
        },
        model: { type: 'WordLevel', vocab: { two: 0, '+': 1, '4': 2, '2': 3, '?': 4 }, unk_token: '?' },
      }),
    });
    expect([...tokenizer.encode('two + 42 lions')]).toEqual([0, 1, 2, 3, 4]);
    expect(tokenizer.decode([0, 1, 2, 3])).toBe('two + 4 2');
  });

  it('Metaspace marks only the beginning where told so', () => {
    const load = (prepend_scheme: string) =>
      loadTokenizer({
        'tokenizer.json': JSON.stringify({
          added_tokens: [{ id: 9, content: '<s>', special: true }],
          pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme, split: true },
          decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme },
          model: { type: 'WordLevel', vocab: { a: 0, '▁a': 1, '▁b': 2 } },
        }),
      });
    const encode = (scheme: string, text: string) => [...load(scheme).encode(text, { specials: 'recognise' })];
    expect(encode('first', 'a b<s>a')).toEqual([1, 2, 9, 0]);
    expect(encode('always', 'a b<s>a')).toEqual([1, 2, 9, 1]);
    expect(encode('never', 'a b<s>a')).toEqual([0, 2, 9, 0]);
    expect(load('first').decode([1, 2])).toBe('a b');
  });
});

describe('refusals', () => {
  const base = { model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] } };
  const withJson = (change: object): TokenizerFiles => ({ 'tokenizer.json': JSON.stringify({ ...base, ...change }) });
  const split = (Regex: string) =>
    withJson({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated' } });

  it('reads the smallest tokenizer', () => {
    const tokenizer = loadTokenizer(withJson({}));
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
      'an id that would fill the memory',
      withJson({ model: { vocab: { a: 2 ** 40 }, merges: [] } }),
      'model.vocab.a: expected an id from 0',
    ],
    [
      'a normalizer that is not known',
      withJson({ normalizer: { type: 'Precompiled' } }),
      'the normalizer "Precompiled" is not supported',
    ],
    ['a decoder that is not known', withJson({ decoder: { type: 'CTC' } }), 'the decoder "CTC" is not supported'],
    [
      'a name from the prototype',
      withJson({ decoder: { type: 'constructor' } }),
      'the decoder "constructor" is not supported',
    ],
    ['a pattern that cannot be read', split('('), 'the pattern "(" cannot be read'],
    ['a possessive quantifier', split('\\p{L}++'), 'possessive quantifiers are not supported'],
  ])('says what is wrong: %s', (_, files, message) => {
    expect(() => loadTokenizer(files)).toThrow(message);
  });

  it('names what a chat template refused', () => {
    const picky = loadTokenizer(byteTokenizerFiles({ template: "{{ raise_exception('roles must alternate') }}" }));
    expect(() => picky.encodeChat([], { addGenerationPrompt: false })).toThrow(
      'The chat template of the model refuses this conversation: roles must alternate',
    );
    const broken = loadTokenizer(byteTokenizerFiles({ template: '{% if %}' }));
    expect(() => broken.encodeChat([], { addGenerationPrompt: false })).toThrow(
      'The chat template of the model refuses this conversation',
    );
  });
});
