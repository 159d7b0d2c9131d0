import { JsonCursor, type JsonRecord } from '../formats/json';
import { AddedTokenFinder, readAddedToken, toAddedTokenRecord, type AddedToken } from './added-tokens';
import { readBpe } from './bpe';
import { ChatTemplate, chooseMark, PLAIN_CHAT_TEMPLATE } from './chat-template';
import { readDecoder } from './decoders';
import { readNormalizer } from './normalizers';
import { readStartIds } from './post-processor';
import { readPreTokenizer, type PreTokenizer } from './pre-tokenizers';
import type { ChatMessage, Tokenizer } from './tokenizer';
import type { TokenModel } from './vocabulary';
import { readWordLevel } from './word-level';

/** The files that describe a tokenizer, as text; only `tokenizer.json` must be there. */
export interface TokenizerFiles {
  readonly 'tokenizer.json': string;
  readonly 'tokenizer_config.json'?: string;
  readonly 'chat_template.jinja'?: string;
  readonly 'generation_config.json'?: string;
  readonly 'config.json'?: string;
}

/** By the `model.type` in tokenizer.json. */
const MODELS: Readonly<Record<string, (model: JsonCursor) => TokenModel>> = { BPE: readBpe, WordLevel: readWordLevel };

/**
 * The tokenizer that a Hugging Face folder describes; gives the same ids as the `tokenizers` library.
 * @throws WorkbenchError `json-syntax`, `json-value`, `json-unsupported`, `chat-template`
 */
export function loadTokenizer(files: TokenizerFiles): Tokenizer {
  const json = JsonCursor.parse(files['tokenizer.json'], 'tokenizer.json');
  const config = JsonCursor.parse(files['tokenizer_config.json'] ?? '{}', 'tokenizer_config.json');
  const modelNode = json.at('model');
  // Files from before 2022 leave the type out; all of those are BPE.
  const type = modelNode.at('type').text('BPE');
  const readModel = Object.hasOwn(MODELS, type) ? MODELS[type] : undefined;
  if (!readModel)
    throw modelNode.unsupported(
      `tokenizers of the kind "${type}" are not supported, only ${Object.keys(MODELS).join(' and ')}`,
    );
  const model = readModel(modelNode);
  const added = readAddedTokens(json, config);
  const idOf = (surface: string) =>
    added.find(({ content }) => content === surface)?.id ?? model.vocabulary.ids.get(surface);
  const generation = JsonCursor.parse(files['generation_config.json'] ?? '{}', 'generation_config.json');
  const hfConfig = JsonCursor.parse(files['config.json'] ?? '{}', 'config.json');
  const ids = readMarkIds([generation, hfConfig], config, idOf);
  return new HuggingFaceTokenizer({
    model,
    added,
    json: json.record(),
    config: config.record(),
    templateFile: files['chat_template.jinja'] ?? null,
    startIds: readStartIds(json.at('post_processor')),
    preTokenize: readPreTokenizer(json.at('pre_tokenizer')),
    decodeTokens: readDecoder(json.at('decoder')),
    ...ids,
  });
}

interface Parts {
  readonly model: TokenModel;
  readonly added: readonly AddedToken[];
  /** tokenizer.json and tokenizer_config.json as they were read. */
  readonly json: JsonRecord;
  readonly config: JsonRecord;
  /** chat_template.jinja; null when the template is in the configuration, or nowhere. */
  readonly templateFile: string | null;
  readonly startIds: readonly number[];
  readonly preTokenize: PreTokenizer;
  readonly decodeTokens: (tokens: readonly string[]) => string;
  readonly eosIds: readonly number[];
  readonly bosId: number | null;
  readonly padId: number | null;
}

class HuggingFaceTokenizer implements Tokenizer {
  readonly size: number;
  readonly eosIds: readonly number[];
  readonly bosId: number | null;
  readonly padId: number | null;
  readonly #parts: Parts;
  readonly #finder: AddedTokenFinder;
  readonly #byId: ReadonlyMap<number, AddedToken>;
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #specials: readonly string[];
  #template: ChatTemplate | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.eosIds = parts.eosIds;
    this.bosId = parts.bosId;
    this.padId = parts.padId;
    this.#finder = new AddedTokenFinder(
      parts.added,
      readNormalizer(new JsonCursor(parts.json['normalizer'], 'tokenizer.json: normalizer')),
    );
    this.#byId = new Map(parts.added.map((token) => [token.id, token]));
    this.#byContent = new Map(parts.added.map((token) => [token.content, token]));
    this.#specials = parts.added.filter(({ special }) => special).map(({ content }) => content);
    this.size = parts.added.reduce((size, { id }) => Math.max(size, id + 1), parts.model.vocabulary.surfaces.length);
  }

  encode(
    text: string,
    options: { readonly specials?: 'spell' | 'recognise'; readonly addBos?: boolean } = {},
  ): Int32Array {
    const ids = options.addBos ? [...this.#parts.startIds] : [];
    this.#encodeInto(ids, text, options.specials !== 'recognise');
    return Int32Array.from(ids);
  }

  decode(ids: ArrayLike<number>, options: { readonly skipSpecials?: boolean } = {}): string {
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] ?? -1;
      const surface = this.surfaceOf(id);
      // Models may sample a padded row that no token has.
      if (surface === null || (options.skipSpecials && this.#byId.get(id)?.special)) continue;
      tokens.push(surface);
    }
    return this.#parts.decodeTokens(tokens);
  }

  idOf(surface: string): number | null {
    return this.#byContent.get(surface)?.id ?? this.#parts.model.vocabulary.ids.get(surface) ?? null;
  }

  surfaceOf(id: number): string | null {
    return this.#byId.get(id)?.content ?? this.#parts.model.vocabulary.surfaces[id] ?? null;
  }

  encodeChat(messages: readonly ChatMessage[], options: { readonly addGenerationPrompt: boolean }): Int32Array {
    const template = (this.#template ??= this.#readTemplate());
    const mark = chooseMark([template.source, ...messages.map(({ content }) => content)]);
    const text = template.renderShielded(messages, options.addGenerationPrompt, this.#specials, mark);
    const ids: number[] = [];
    this.#encodeInto(ids, text, false, (stretch) => stretch.replaceAll(mark, ''));
    return Int32Array.from(ids);
  }

  withAddedTokens(surfaces: readonly string[]): Tokenizer {
    const fresh = [...new Set(surfaces)].filter((surface) => !this.#byContent.has(surface));
    const tokens = fresh.map((content, i): AddedToken => ({
      // A surface that the model's vocabulary already has keeps its id, as the `tokenizers` library has it.
      id:
        this.#parts.model.vocabulary.ids.get(content) ??
        this.size + i - countKnown(fresh.slice(0, i), this.#parts.model),
      content,
      special: true,
      normalized: false,
      lstrip: false,
      rstrip: false,
      singleWord: false,
    }));
    const added = [...this.#parts.added, ...tokens].sort((a, b) => a.id - b.id);
    const json = { ...this.#parts.json, added_tokens: added.map(toAddedTokenRecord) };
    return new HuggingFaceTokenizer({
      ...this.#parts,
      added,
      json,
      config: describeTokens(this.#parts.config, tokens),
    });
  }

  toFiles(): Readonly<Record<string, string>> {
    const { json, config, templateFile } = this.#parts;
    const named = { tokenizer_class: 'PreTrainedTokenizerFast', ...this.#namedTokens(), ...config };
    return {
      'tokenizer.json': `${JSON.stringify(json, null, 1)}\n`,
      'tokenizer_config.json': `${JSON.stringify(named, null, 2)}\n`,
      ...(templateFile !== null && { 'chat_template.jinja': templateFile }),
    };
  }

  #encodeInto(ids: number[], text: string, spellSpecials: boolean, cleanUp?: (stretch: string) => string): void {
    for (const segment of this.#finder.segment(text, spellSpecials, cleanUp)) {
      if ('id' in segment) ids.push(segment.id);
      else
        for (const word of this.#parts.preTokenize([segment.text], segment.atStart))
          this.#parts.model.encodeWord(word, ids);
    }
  }

  #namedTokens(): JsonRecord {
    const named = { bos_token: this.bosId, eos_token: this.eosIds[0] ?? null, pad_token: this.padId };
    return Object.fromEntries(
      Object.entries(named).flatMap(([key, id]) => (id === null ? [] : [[key, this.surfaceOf(id)]])),
    );
  }

  #readTemplate(): ChatTemplate {
    const { config, templateFile, startIds } = this.#parts;
    // A model without a template still begins its texts as it was trained to.
    const plain = startIds.length > 0 ? `{{ bos_token }}${PLAIN_CHAT_TEMPLATE}` : PLAIN_CHAT_TEMPLATE;
    const source = templateFile ?? templateInConfig(new JsonCursor(config, 'tokenizer_config.json:')) ?? plain;
    const surface = (id: number | null | undefined) => (id === null || id === undefined ? null : this.surfaceOf(id));
    // The template's eos_token is the one the tokenizer names, not every id that ends generation.
    const named = surfaceOfNamed(new JsonCursor(config['eos_token'], 'tokenizer_config.json: eos_token'));
    return new ChatTemplate(source, {
      bosToken: surface(this.bosId ?? startIds[0]),
      eosToken: named ?? surface(this.eosIds[0]),
      padToken: surface(this.padId),
    });
  }
}

/** The chat template of tokenizer_config.json: text, or a list of named ones of which `default` counts; null when there is none. */
export function templateInConfig(config: JsonCursor): string | null {
  const node = config.at('chat_template');
  if (node.isAbsent) return null;
  if (!Array.isArray(node.value)) return node.text();
  const named = node.list();
  const chosen = named.find((entry) => entry.at('name').text('') === 'default') ?? named[0];
  return chosen ? chosen.at('template').text() : null;
}

/** Added tokens of both files, ordered by id; tokenizer.json has the word where they differ. */
function readAddedTokens(json: JsonCursor, config: JsonCursor): AddedToken[] {
  const listed = json.at('added_tokens').isAbsent ? [] : json.at('added_tokens').list();
  const tokens = new Map<number, AddedToken>();
  for (const node of listed) {
    const token = readAddedToken(node);
    const other = tokens.get(token.id);
    if (other && other.content !== token.content)
      throw node.at('id').wrong(`an id of its own, not that of ${JSON.stringify(other.content)}`);
    tokens.set(token.id, token);
  }
  const further = config.at('added_tokens_decoder');
  for (const key of Object.keys(further.isAbsent ? {} : further.record())) {
    const id = Number(key);
    if (!Number.isInteger(id) || id < 0) throw further.at(key).wrong('a whole number as its key');
    if (!tokens.has(id)) tokens.set(id, readAddedToken(further.at(key), id));
  }
  return [...tokens.values()].sort((a, b) => a.id - b.id);
}

/** Ids of the tokens that begin, end and pad, from the tokenizer's names for them and the ids in the model's files. */
function readMarkIds(
  [generation, model]: readonly [JsonCursor, JsonCursor],
  config: JsonCursor,
  idOf: (surface: string) => number | undefined,
): Pick<Parts, 'eosIds' | 'bosId' | 'padId'> {
  const named = (key: string): number[] => {
    const surface = surfaceOfNamed(config.at(key));
    const id = surface === null ? undefined : idOf(surface);
    return id === undefined ? [] : [id];
  };
  const numbered = (key: string): number[] => {
    const node = generation.at(key).isAbsent ? model.at(key) : generation.at(key);
    if (node.isAbsent) return [];
    return Array.isArray(node.value) ? node.list().map((item) => item.integer()) : [node.integer()];
  };
  const first = (key: string) => named(`${key}_token`)[0] ?? numbered(`${key}_token_id`)[0] ?? null;
  const eosIds = [...new Set([...named('eos_token'), ...numbered('eos_token_id')])];
  return { eosIds, bosId: first('bos'), padId: first('pad') };
}

/** A special token is named by its text or by an object that holds it. */
function surfaceOfNamed(node: JsonCursor): string | null {
  if (node.isAbsent) return null;
  return typeof node.value === 'string' ? node.value : node.at('content').text();
}

function countKnown(surfaces: readonly string[], model: TokenModel): number {
  return surfaces.filter((surface) => model.vocabulary.ids.has(surface)).length;
}

/** tokenizer_config.json with further tokens, where it lists tokens at all (transformers 4 does, 5 does not). */
function describeTokens(config: JsonRecord, tokens: readonly AddedToken[]): JsonRecord {
  const listed = config['added_tokens_decoder'];
  if (typeof listed !== 'object' || listed === null) return config;
  const entries = tokens.map((token) => {
    const { id, ...rest } = toAddedTokenRecord(token);
    return [String(id), rest] as const;
  });
  return { ...config, added_tokens_decoder: { ...listed, ...Object.fromEntries(entries) } };
}
