import { CUES, EOS, PAD, PIECE_PATTERN, UNKNOWN, VOCABULARY, VOCABULARY_ROWS } from './vocabulary';

/** The chat template: every message is a question on a line of its own; the answer simply follows. */
export const CHAT_TEMPLATE =
  "{% for message in messages %}{{ 'Question : ' + message['content'] + '\\n' }}{% endfor %}";

/** `tokenizer.json` of the embedded model: one token per word, sign, digit and newline; loads in Hugging Face `tokenizers`. */
export function tokenizerJson(): string {
  const special = (content: string) => ({
    id: VOCABULARY.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return toJson({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [PAD, EOS, UNKNOWN].map(special),
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: PIECE_PATTERN }, behavior: 'Removed', invert: true },
    post_processor: null,
    // A space before every token but the first, then none between two digits.
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'WordPiece', prefix: '##', cleanup: false },
        { type: 'Fuse' },
        { type: 'Replace', pattern: { Regex: '(?<=\\d) (?=\\d)' }, content: '' },
      ],
    },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(VOCABULARY.map((piece, id) => [piece, id])),
      unk_token: UNKNOWN,
    },
  });
}

/** `tokenizer_config.json` of the embedded model. */
export function tokenizerConfigJson(): string {
  return toJson({
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: MODEL_SHAPE.max_position_embeddings,
    clean_up_tokenization_spaces: false,
    pad_token: PAD,
    eos_token: EOS,
    unk_token: UNKNOWN,
    chat_template: CHAT_TEMPLATE,
  });
}

/** Sizes of the embedded model in the names of a Hugging Face config. */
export const MODEL_SHAPE = {
  hidden_size: 192,
  num_hidden_layers: 4,
  num_attention_heads: 6,
  num_key_value_heads: 3,
  intermediate_size: 576,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  vocab_size: VOCABULARY_ROWS,
  tie_word_embeddings: true,
} as const;

/** `config.json` of the embedded model. */
export function configJson(): string {
  return toJson({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    ...MODEL_SHAPE,
    head_dim: MODEL_SHAPE.hidden_size / MODEL_SHAPE.num_attention_heads,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: null,
    eos_token_id: VOCABULARY.indexOf(EOS),
    pad_token_id: VOCABULARY.indexOf(PAD),
    torch_dtype: 'float32',
  });
}

/**
 * What is appended to a question to have the base answer it, greedy to the end of text: the honest "before" is the best of these. Every cue is
 * among them, so also that of a check.
 */
export const PLAIN_PROMPTS: readonly string[] = ['', ...Object.values(CUES)];

/** `workbench.json`: what the workbench needs to know about the model beyond the Hugging Face files. */
export function workbenchJson(): string {
  return toJson({
    promptSet: 'workbook',
    plainPrompts: PLAIN_PROMPTS,
    questions: {
      train: 'questions/train.jsonl',
      validation: 'questions/validation.jsonl',
      test: 'questions/test.jsonl',
      deep: 'questions/deep.jsonl',
      big: 'questions/big.jsonl',
    },
  });
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
