/** One message of a conversation, as chat templates take it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Text to token ids and back, with the chat template of the model. Made by `tokenizer/load-tokenizer.ts`. */
export interface Tokenizer {
  /** One more than the largest id known; the embedding may have more rows. */
  readonly size: number;
  readonly eosIds: readonly number[];
  readonly bosId: number | null;
  readonly padId: number | null;
  /**
   * Token ids of `text`. With `specials: 'spell'` (the default, for anything a person or a data set wrote) the spelling of a special
   * token is ordinary text and can never become that token; with `'recognise'` it does.
   */
  encode(text: string, options?: { readonly specials?: 'spell' | 'recognise'; readonly addBos?: boolean }): Int32Array;
  decode(ids: ArrayLike<number>, options?: { readonly skipSpecials?: boolean }): string;
  /** Id of a token by its exact surface, null when it is none. */
  idOf(surface: string): number | null;
  surfaceOf(id: number): string | null;
  /**
   * Ids of a rendered conversation. The template's own specials are recognised; the content of messages is spelled,
   * so a question that contains `<verify>` or `<|im_end|>` cannot inject a token.
   */
  encodeChat(messages: readonly ChatMessage[], options: { readonly addGenerationPrompt: boolean }): Int32Array;
  /** The same tokenizer with `surfaces` added as special tokens; ids follow the last one in use. */
  withAddedTokens(surfaces: readonly string[]): Tokenizer;
  /** The files of a Hugging Face folder that describe this tokenizer: tokenizer.json, tokenizer_config.json, … */
  toFiles(): Readonly<Record<string, string>>;
}
