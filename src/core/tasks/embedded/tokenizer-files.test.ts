import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { loadTokenizer } from '../../tokenizer/load-tokenizer';
import { drawDocument } from './corpus';
import { PRETRAINING } from './pretraining';
import { configJson, tokenizerConfigJson, tokenizerJson } from './tokenizer-files';
import { encodeClosed, EOS, idOf, VOCABULARY, VOCABULARY_ROWS } from './vocabulary';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe('tokenizer files', () => {
  const tokenizer = loadTokenizer({
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': tokenizerConfigJson(),
    'config.json': configJson(),
  });

  it('leave room for the sixteen functional tokens in the padded embedding', () => {
    expect(VOCABULARY.length + 16).toBeLessThanOrEqual(VOCABULARY_ROWS);
    expect(tokenizer.size).toBe(VOCABULARY.length);
    expect(tokenizer.eosIds).toEqual([idOf(EOS)]);
  });

  it('encode as the corpus does and give the text back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const text = drawDocument(createRng(seed), PRETRAINING[1]!.corpus)
          .segments.map((segment) => segment.text)
          .join('')
          .trim();
        const ids = encodeClosed(text);
        expect([...tokenizer.encode(text)]).toEqual(ids);
        const spaced = (value: string) =>
          value
            .replace(/([.?])/g, ' $1')
            .replace(/ *\n */g, '\n')
            .replace(/ +/g, ' ');
        expect(spaced(tokenizer.decode(ids))).toBe(spaced(text));
      }),
      { numRuns: 50 },
    );
  });

  it('put a question on its line by the chat template', () => {
    const ids = tokenizer.encodeChat([{ role: 'user', content: 'How many pens does Ida have now?' }], {
      addGenerationPrompt: true,
    });
    expect([...ids]).toEqual(encodeClosed('Question : How many pens does Ida have now?\n'));
  });
});
