import { basename, join } from 'node:path';
import { JsonCursor } from '@core/formats/json';
import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { loadTokenizer, templateInConfig, type TokenizerFiles } from '@core/tokenizer/load-tokenizer';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { AdapterSource } from './adapter-folder';
import { checkAdapter, misfitOf, type Misfit } from './check-adapter';
import { checkTokenizer } from './check-model';
import { readTokenizerFiles } from './model-folder';
import type { ModelSource } from './model-source';

/** What an adapter and the model below it make together. */
export interface AdapterFit {
  /** The base's, with the rows that the adapter's own embedding has. */
  readonly config: ModelConfig;
  /** The adapter's own where it brings one. */
  readonly tokenizer: Tokenizer;
  /** Rows that the vocabulary grows by. */
  readonly newRows: number;
  /** Sentences about what is odd but harmless. */
  readonly warnings: readonly string[];
}

/**
 * Checks an adapter against its base: shapes, rows of tokens, and the tokens themselves where it brings a tokenizer. Two models of one shape
 * cannot be told apart by anything else; where the adapter names another one, a warning says so.
 * @throws WorkbenchError `adapter-base`, `tokenizer-too-large` and those of the tokenizer's parser
 */
export async function fitAdapter(adapter: AdapterSource, base: ModelSource): Promise<AdapterFit> {
  const named = { config: base.config, name: base.name };
  const misfit = misfitOf(adapter.config, named, adapter.path);
  checkAdapter(adapter, named, adapter.path);
  const rows = countRows(adapter, base.config, misfit);
  const tokenizer = adapter.hasTokenizer ? await ownTokenizer(adapter, base) : base.tokenizer;
  if (rows > base.config.vocabSize && !adapter.hasTokenizer) {
    throw misfit(
      `it has ${rows} rows of tokens where the model has ${base.config.vocabSize}, and no tokenizer.json that says what they mean`,
      EMBEDDING,
    );
  }
  compareTokens(tokenizer, base.tokenizer, misfit);
  const config = { ...base.config, vocabSize: rows };
  checkTokenizer(tokenizer.size, config, join(adapter.path, 'tokenizer.json'));
  return { config, tokenizer, newRows: rows - base.config.vocabSize, warnings: warnOfName(adapter, base) };
}

/** Rows of the vocabulary afterwards. */
function countRows({ shapes }: AdapterSource, config: ModelConfig, misfit: Misfit): number {
  const rowsOf = (end: string): number =>
    shapes.find(({ name }) => name === `base_model.model.${end}`)?.dims[0] ?? config.vocabSize;
  const [embedding, head] = [rowsOf(EMBEDDING), rowsOf(HEAD)];
  const one = config.tieWordEmbeddings && head === config.vocabSize;
  if (embedding !== head && !one) throw misfit(`its embedding has ${embedding} rows and its head ${head}`, HEAD);
  return embedding;
}

async function ownTokenizer({ path }: AdapterSource, base: ModelSource): Promise<Tokenizer> {
  const own = await readTokenizerFiles(path);
  const files: TokenizerFiles = { ...own, 'config.json': JSON.stringify(base.rawConfig) };
  const template = templateOf(own) === null ? templateOf(base.tokenizer.toFiles()) : null;
  return loadTokenizer(template === null ? files : { ...files, 'chat_template.jinja': template });
}

/** The chat template among a tokenizer's files, wherever it is written. */
function templateOf(files: Partial<TokenizerFiles>): string | null {
  const config = files['tokenizer_config.json'] ?? '{}';
  return files['chat_template.jinja'] ?? templateInConfig(JsonCursor.parse(config, 'tokenizer_config.json'));
}

/** Every token of the base keeps its meaning: else the rows that the adapter was trained with are those of other tokens. */
function compareTokens(own: Tokenizer, base: Tokenizer, misfit: Misfit): void {
  if (own === base) return;
  for (let id = 0; id < base.size; id++) {
    const [here, there] = [own.surfaceOf(id), base.surfaceOf(id)];
    if (here === there) continue;
    throw misfit(`token ${id} is ${quote(here)} in its tokenizer and ${quote(there)} in the model's`);
  }
}

const quote = (surface: string | null): string => (surface === null ? 'none' : JSON.stringify(surface.slice(0, 40)));

function warnOfName({ config: { baseModelPath } }: AdapterSource, base: ModelSource): readonly string[] {
  const wanted = basename(baseModelPath);
  if (wanted === '' || wanted === base.name || wanted === basename(base.path)) return [];
  return [
    `The adapter says that it was made for "${baseModelPath.slice(0, 200)}". Its shapes fit this model; whether it is the same one, no file tells.`,
  ];
}
