import { WorkbenchError } from '../errors';
import type { GgufValue } from '../formats/gguf';
import type { JsonRecord } from '../formats/json';
import type { TokenizerFiles } from './load-tokenizer';

/** `tokenizer.ggml.token_type`. */
const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

const LLAMA3_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2_PATTERN = LLAMA3_PATTERN.replace('{1,3}', '');

/** How text is cut before byte-pair encoding. */
interface Pretokenization {
  readonly pre_tokenizer: JsonRecord;
  readonly normalizer: JsonRecord | null;
  readonly ignoreMerges: boolean;
}

const byteLevel = (useRegex: boolean): JsonRecord => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const sequence = (first: JsonRecord, useRegex: boolean): JsonRecord => ({
  type: 'Sequence',
  pretokenizers: [first, byteLevel(useRegex)],
});
const splitBy = (pattern: string): JsonRecord =>
  sequence({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, false);

const GPT2: Pretokenization = { pre_tokenizer: byteLevel(true), normalizer: null, ignoreMerges: false };
const SMOLLM: Pretokenization = {
  pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, true),
  normalizer: null,
  ignoreMerges: false,
};
const LLAMA3: Pretokenization = { pre_tokenizer: splitBy(LLAMA3_PATTERN), normalizer: null, ignoreMerges: true };
const QWEN2: Pretokenization = {
  pre_tokenizer: splitBy(QWEN2_PATTERN),
  normalizer: { type: 'NFC' },
  ignoreMerges: false,
};

/** By `tokenizer.ggml.pre`; names after llama.cpp, `llama_vocab::impl::load`. */
const PRETOKENIZATIONS: Readonly<Record<string, Pretokenization>> = {
  'gpt-2': GPT2,
  default: GPT2,
  smollm: SMOLLM,
  starcoder: SMOLLM,
  'llama-bpe': LLAMA3,
  llama3: LLAMA3,
  'llama-v3': LLAMA3,
  qwen2: QWEN2,
  'deepseek-r1-qwen': QWEN2,
};

/**
 * The files of a Hugging Face tokenizer from the metadata of a GGUF file: byte-level BPE (`gpt2`) or SentencePiece BPE (`llama`).
 * @throws WorkbenchError `gguf-metadata`, `gguf-tokenizer`
 */
export function describeGgufTokenizer(metadata: ReadonlyMap<string, GgufValue>, fileName: string): TokenizerFiles {
  const facts = new TokenizerFacts(metadata, fileName);
  const kind = facts.text('model');
  const build = Object.hasOwn(BUILDERS, kind) ? BUILDERS[kind] : undefined;
  if (!build) throw unsupported(fileName, `a tokenizer of the kind "${kind}"`);
  const added = facts.tokens.flatMap((content, id) => describeAdded(content, id, facts.types[id]));
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    ...build(facts),
    post_processor: describeStart(facts),
  };
  const named = {
    bos: facts.named('bos'),
    eos: facts.named('eos'),
    unk: facts.named('unknown'),
    pad: facts.named('padding'),
  };
  const template = metadata.get('tokenizer.chat_template');
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...Object.fromEntries(Object.entries(named).map(([key, surface]) => [`${key}_token`, surface])),
    clean_up_tokenization_spaces: false,
    ...(typeof template === 'string' && { chat_template: template }),
  };
  return { 'tokenizer.json': JSON.stringify(json), 'tokenizer_config.json': JSON.stringify(config) };
}

/** Typed access to `tokenizer.ggml.*`. */
class TokenizerFacts {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly fileName: string;
  readonly #metadata: ReadonlyMap<string, GgufValue>;

  constructor(metadata: ReadonlyMap<string, GgufValue>, fileName: string) {
    this.#metadata = metadata;
    this.fileName = fileName;
    this.tokens = this.texts('tokens');
    const types = this.numbers('token_type');
    this.types = types.length === this.tokens.length ? types : this.tokens.map(() => TOKEN_TYPES.normal);
  }

  value(key: string): GgufValue | undefined {
    return this.#metadata.get(`tokenizer.ggml.${key}`);
  }

  text(key: string): string {
    const value = this.value(key);
    return typeof value === 'string' ? value : this.#wrong(key, 'text');
  }

  texts(key: string): readonly string[] {
    const value = this.value(key);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    return this.#wrong(key, 'a list of texts');
  }

  numbers(key: string): readonly number[] {
    const value = this.value(key) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
    return this.#wrong(key, 'a list of numbers');
  }

  /** Surface of the token that `<name>_token_id` points to. */
  named(name: string): string | null {
    const id = this.value(`${name}_token_id`);
    return typeof id === 'number' ? (this.tokens[id] ?? null) : null;
  }

  /** {token: id} of the tokens that text is made of. */
  vocabulary(...types: readonly number[]): Readonly<Record<string, number>> {
    // A token may be spelled "__proto__", which an object literal would swallow.
    const vocab = Object.create(null) as Record<string, number>;
    for (const [id, surface] of this.tokens.entries())
      if (types.includes(this.types[id] ?? TOKEN_TYPES.normal)) vocab[surface] = id;
    return vocab;
  }

  #wrong(key: string, expected: string): never {
    throw new WorkbenchError('validation', `${this.fileName}: "tokenizer.ggml.${key}" should be ${expected}.`, {
      code: 'gguf-metadata',
      where: `${this.fileName}, tokenizer.ggml.${key}`,
      wayOut: 'Choose another copy of the model.',
    });
  }
}

/** By `tokenizer.ggml.model`: the parts of tokenizer.json that differ. */
const BUILDERS: Readonly<Record<string, (facts: TokenizerFacts) => JsonRecord>> = {
  gpt2: buildByteLevel,
  llama: buildSentencePiece,
};

function buildByteLevel(facts: TokenizerFacts): JsonRecord {
  const pre = typeof facts.value('pre') === 'string' ? facts.text('pre') : 'default';
  const found = Object.hasOwn(PRETOKENIZATIONS, pre) ? PRETOKENIZATIONS[pre] : undefined;
  if (!found) throw unsupported(facts.fileName, `the pre-tokenizer "${pre}"`);
  return {
    normalizer: found.normalizer,
    pre_tokenizer: found.pre_tokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: found.ignoreMerges,
      // Special tokens too: the `tokenizers` library numbers those that the vocabulary lacks anew, after all others.
      vocab: facts.vocabulary(TOKEN_TYPES.normal, TOKEN_TYPES.control, TOKEN_TYPES.userDefined, TOKEN_TYPES.unknown),
      merges: facts.texts('merges'),
    },
  };
}

function buildSentencePiece(facts: TokenizerFacts): JsonRecord {
  const vocab = facts.vocabulary(TOKEN_TYPES.normal, TOKEN_TYPES.byte, TOKEN_TYPES.unknown, TOKEN_TYPES.control);
  const prepend = facts.value('add_space_prefix') === false ? [] : [{ type: 'Prepend', prepend: '▁' }];
  const strip = prepend.length > 0 ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [...prepend, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...strip,
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: facts.named('unknown') ?? '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab,
      merges: mergesFromScores(vocab, facts.numbers('scores')),
    },
  };
}

/**
 * SentencePiece BPE merges the neighbours whose union has the best score; as a merge list: every way to split a token into two others,
 * best score first, longer left parts first among equals.
 * @see transformers, `convert_slow_tokenizer.py`, `generate_merges`
 */
function mergesFromScores(
  vocab: Readonly<Record<string, number>>,
  scores: readonly number[],
): readonly (readonly [string, string])[] {
  const merges: { readonly left: string; readonly right: string; readonly score: number }[] = [];
  for (const [token, id] of Object.entries(vocab)) {
    const chars = [...token];
    const splits = chars
      .slice(1)
      .map((_, i) => ({ left: chars.slice(0, i + 1).join(''), right: chars.slice(i + 1).join('') }));
    const known = splits.filter(({ left, right }) => left in vocab && right in vocab);
    known.sort((a, b) => (vocab[a.left] ?? 0) - (vocab[b.left] ?? 0) || (vocab[a.right] ?? 0) - (vocab[b.right] ?? 0));
    for (const { left, right } of known) merges.push({ left, right, score: scores[id] ?? -id });
  }
  merges.sort((a, b) => b.score - a.score || b.left.length - a.left.length || b.right.length - a.right.length);
  return merges.map(({ left, right }) => [left, right]);
}

function describeAdded(content: string, id: number, type: number | undefined): readonly JsonRecord[] {
  if (type !== TOKEN_TYPES.control && type !== TOKEN_TYPES.userDefined && type !== TOKEN_TYPES.unknown) return [];
  return [
    {
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: type !== TOKEN_TYPES.userDefined,
    },
  ];
}

/** The post-processor that puts the BOS token in front, where the file asks for it. */
function describeStart(facts: TokenizerFacts): JsonRecord | null {
  const bos = facts.named('bos');
  const id = facts.value('bos_token_id');
  // SentencePiece models put it there unless they say no.
  const wanted = facts.value('add_bos_token') ?? facts.value('model') === 'llama';
  if (wanted !== true || bos === null || typeof id !== 'number') return null;
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [
      { SpecialToken: { id: bos, type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: bos, type_id: 1 } },
      { Sequence: { id: 'B', type_id: 1 } },
    ],
    special_tokens: { [bos]: { id: bos, ids: [id], tokens: [bos] } },
  };
}

function unsupported(fileName: string, feature: string): WorkbenchError {
  return new WorkbenchError('unsupported', `${fileName} has ${feature}, which the workbench does not read.`, {
    code: 'gguf-tokenizer',
    where: fileName,
    wayOut: 'Choose the model as a Hugging Face folder with tokenizer.json.',
  });
}
