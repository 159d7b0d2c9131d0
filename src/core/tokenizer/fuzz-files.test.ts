import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT, mutateJsonText, mutateText } from '../testing/mutants';
import { ChatTemplate } from './chat-template';
import { loadTokenizer } from './load-tokenizer';
import { byteTokenizerFiles } from './testing/byte-tokenizer';

it(
  'a damaged tokenizer.json or tokenizer_config.json is read or refused, and nothing else happens',
  () => {
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
    const outcome = fuzz('tokenizer', {
      mutate(rng) {
        const inConfig = rng.next() < 0.2;
        return {
          'tokenizer.json': inConfig ? JSON.stringify(whole) : mutateJsonText(whole, rng),
          'tokenizer_config.json': inConfig ? mutateJsonText(config, rng) : JSON.stringify(config),
        };
      },
      sizeOf: (mutant) => Object.values(mutant).join('').length,
      parse(mutant) {
        const tokenizer = loadTokenizer(mutant);
        tokenizer.decode(tokenizer.encode('the 12 <|im_end|>', { specials: 'recognise', addBos: true }));
        tokenizer.encodeChat([{ role: 'user', content: 'a <|im_end|>' }], { addGenerationPrompt: true });
        tokenizer.withAddedTokens(['<verify>']).toFiles();
      },
    });
    expect(outcome.refused).toBeGreaterThan(0.2);
    expect(outcome.refused).toBeLessThan(1);
    expect(outcome.worstAllocation).toBeLessThanOrEqual(1);
  },
  FUZZ_TIMEOUT,
);

/** What templates of released models are made of. */
const TEMPLATES = [
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}{{ 'x' }}{% endif %}",
  '{%- set ns = namespace(last=0, text="") -%}{%- for i in range(3) -%}{%- set ns.text = ns.text ~ i ~ messages[0].content | trim -%}{%- endfor -%}{{ ns.text[:20] }}',
  '{% macro show(m, n=2) %}{{ m.role | upper }}: {{ m.content | replace("a", "b") | indent(4) }}{% endmacro %}{% for m in messages if m.role != "system" %}{{ loop.index0 }}{{ show(m) }}{% endfor %}',
  '{% if messages[0]["role"] == "system" %}{{ messages[0] | tojson(indent=2) }}{% else %}{{ raise_exception("no") }}{% endif %}{{ strftime_now("%d %b %Y") }}',
];

it(
  'a damaged chat template renders or is refused, and nothing else happens',
  () => {
    const variables = { bosToken: '<s>', eosToken: '</s>', padToken: null };
    const outcome = fuzz('template', {
      mutate: (rng) => mutateText(TEMPLATES, rng),
      sizeOf: (source) => source.length,
      parse: (source) =>
        void new ChatTemplate(source, variables).render(
          [
            { role: 'system', content: 'A b' },
            { role: 'user', content: 'c' },
          ],
          true,
        ),
    });
    expect(outcome.refused).toBeGreaterThan(0.2);
    expect(outcome.refused).toBeLessThan(1);
  },
  FUZZ_TIMEOUT,
);

it.each([
  ['counts to a thousand million', '{% for i in range(1000000000) %}{% endfor %}'],
  ['counts within a count', '{% for i in range(9999) %}{% for j in range(9999) %}{{ j }}{% endfor %}{% endfor %}'],
  [
    'doubles a text forty times',
    '{% set ns = namespace(t="ab") %}{% for i in range(40) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t | length }}',
  ],
  ['calls itself', '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}'],
  ['opens ten thousand brackets', `{{ ${'('.repeat(10_000)}1${')'.repeat(10_000)} }}`],
])('a template that %s is refused', (_, source) => {
  expect(() => new ChatTemplate(source, { bosToken: null, eosToken: null, padToken: null }).render([], true)).toThrow(
    expect.objectContaining({ code: 'chat-template' }),
  );
});
