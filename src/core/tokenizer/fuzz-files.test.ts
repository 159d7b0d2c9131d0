import { expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import type { Rng } from '../ports';
import { createRng } from '../random/rng';
import { loadTokenizer } from './load-tokenizer';
import { byteTokenizerFiles } from './testing/byte-tokenizer';

const MUTANTS = 3000;

/** Values that stand where something else belongs. */
const STRANGERS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e9,
  '',
  'x',
  '<|im_end|>',
  [],
  [null],
  [['a']],
  {},
  { type: 'Sequence' },
  { content: 3 },
  { String: ' ' },
  { Regex: '(?:' },
];

/** A copy of `value` with one node, chosen at random, replaced or taken out. */
function damage(value: unknown, rng: Rng): unknown {
  if (typeof value !== 'object' || value === null || rng.next() < 0.15) return STRANGERS[rng.integer(STRANGERS.length)];
  const entries = Object.entries(value);
  const [key, inner] = entries[rng.integer(entries.length)] ?? [];
  if (key === undefined) return STRANGERS[rng.integer(STRANGERS.length)];
  const kept =
    rng.next() < 0.1
      ? entries.filter(([other]) => other !== key)
      : entries.map(([other, item]) => [other, other === key ? damage(inner, rng) : item] as const);
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

it('a damaged tokenizer.json or tokenizer_config.json is read or refused, and nothing else happens', () => {
  const files = byteTokenizerFiles({ merges: [['t', 'h']] });
  const json = JSON.parse(files['tokenizer.json']) as Record<string, unknown>;
  // Whole subtrees of every kind, so that damage meets each reader.
  const whole = {
    ...json,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { String: 'a' }, content: 'b' },
        { type: 'Prepend', prepend: '_' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: '\\s+|\\S+' }, behavior: 'Isolated', invert: false },
        { type: 'Digits', individual_digits: true },
        json['pre_tokenizer'],
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<|im_end|>' } }, { Sequence: { id: 'A' } }],
      special_tokens: { '<|im_end|>': { ids: [3] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
        { type: 'ByteLevel' },
      ],
    },
  };
  const config = JSON.parse(files['tokenizer_config.json'] ?? '{}') as unknown;
  let refused = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const rng = createRng(`tokenizer/${i}`);
    const inConfig = rng.next() < 0.2;
    const mutant = {
      'tokenizer.json': JSON.stringify(inConfig ? whole : damage(whole, rng)),
      'tokenizer_config.json': JSON.stringify(inConfig ? damage(config, rng) : config),
    };
    try {
      const tokenizer = loadTokenizer(mutant);
      tokenizer.decode(tokenizer.encode('the 12 <|im_end|>', { specials: 'recognise', addBos: true }));
      tokenizer.encodeChat([{ role: 'user', content: 'a <|im_end|>' }], { addGenerationPrompt: true });
      tokenizer.withAddedTokens(['<verify>']).toFiles();
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.kind === 'internal')
        throw new Error(`mutant ${i}`, { cause: error });
      refused++;
    }
  }
  expect(refused / MUTANTS).toBeGreaterThan(0.2);
  expect(refused / MUTANTS).toBeLessThan(1);
});
