import { bytesToAlphabet } from '../byte-alphabet';
import type { TokenizerFiles } from '../load-tokenizer';

/** Marks of the small tokenizer, in the order of their ids from 256 + merges. */
export const MARKS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

const CHATML =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** A complete byte-level tokenizer of 256 bytes, a few merges and three marks, with ChatML as its template. */
export function byteTokenizerFiles(
  options: { readonly template?: string; readonly merges?: readonly (readonly [string, string])[] } = {},
): TokenizerFiles {
  const {
    template = CHATML,
    merges = [
      ['t', 'h'],
      ['th', 'e'],
      ['Ġ', 'the'],
      ['1', '2'],
    ],
  } = options;
  const bytes = Array.from({ length: 256 }, (_, byte) => bytesToAlphabet(Uint8Array.of(byte)));
  const surfaces = [...bytes, ...merges.map((pair) => pair.join('')), ...MARKS];
  const added = MARKS.map((content) => ({
    id: surfaces.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    'tokenizer.json': JSON.stringify({
      version: '1.0',
      added_tokens: added,
      normalizer: { type: 'NFC' },
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', vocab: Object.fromEntries(surfaces.map((surface, id) => [surface, id])), merges },
    }),
    'tokenizer_config.json': JSON.stringify({
      eos_token: '<|im_end|>',
      pad_token: '<|endoftext|>',
      chat_template: template,
    }),
  };
}
