import { EMBEDDING, HEAD } from '../models/decoder/parameters';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import type { Rng } from '../ports';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { FUNCTIONAL_SURFACES, FUNCTIONAL_TOKENS, type FunctionalTokenName } from './functional-tokens';
import type { ROW_INITIALISATIONS } from './tokens-config';

/** A token that enters the vocabulary, and what its row begins as. */
export interface NewRow {
  readonly surface: string;
  readonly id: number;
  /** Rows whose mean it begins as; null for the mean of all tokens. */
  readonly sourceIds: readonly number[] | null;
}

/** How a vocabulary grows; made before any weight is read. */
export interface SurgeryPlan {
  readonly tokenizer: Tokenizer;
  /** The model's configuration with the number of rows that the new tokens need. */
  readonly config: ModelConfig;
  readonly rows: readonly NewRow[];
  /** Tokens before; rows beyond were never trained and count in no mean. */
  readonly oldTokens: number;
  /** Rows of the embedding before; equal to `config.vocabSize` when unused rows were enough. */
  readonly oldRows: number;
}

/**
 * Plans how `surfaces` enter the vocabulary. Their ids follow the last token's; unused rows of the embedding are taken first, and only
 * when they do not suffice does it grow, to a multiple of `padToMultiple`. Tokens that are there already keep their rows.
 * @param startingText text whose pieces' mean a token begins as; null for the mean of all
 */
export function planSurgery(
  model: { readonly tokenizer: Tokenizer; readonly config: ModelConfig },
  startingText: (surface: string) => string | null,
  options: { readonly surfaces?: readonly string[]; readonly padToMultiple?: number } = {},
): SurgeryPlan {
  const { surfaces = FUNCTIONAL_SURFACES, padToMultiple = 1 } = options;
  const old = model.tokenizer;
  const tokenizer = old.withAddedTokens(surfaces);
  const rows = surfaces.flatMap((surface): NewRow[] => {
    const id = tokenizer.idOf(surface);
    return id === null || id < old.size ? [] : [{ surface, id, sourceIds: piecesOf(startingText(surface), old) }];
  });
  const { vocabSize } = model.config;
  const grown = tokenizer.size <= vocabSize ? vocabSize : Math.ceil(tokenizer.size / padToMultiple) * padToMultiple;
  return { tokenizer, config: { ...model.config, vocabSize: grown }, rows, oldTokens: old.size, oldRows: vocabSize };
}

/**
 * Writes the new rows at every end of the model: the embedding, and the head where it is not tied. Rows that nobody uses yet
 * (padding) begin as the mean of all, so that they are neither likely nor far from the others.
 * @param weights of the grown model, [config.vocabSize, hidden] at both ends, the old rows in place
 * @param options.relativeNoise length of the noise added to a row, relative to the row's own; 0 for none
 */
export function writeNewRows(
  plan: SurgeryPlan,
  weights: Pick<ParameterStore, 'get'>,
  options: { readonly rng: Rng; readonly relativeNoise: number },
): void {
  const { config, rows, oldTokens, oldRows } = plan;
  for (const end of config.tieWordEmbeddings ? [EMBEDDING] : [EMBEDDING, HEAD]) {
    const { data } = weights.get(end);
    const width = config.hiddenSize;
    const mean = meanOfRows(
      data,
      width,
      Array.from({ length: oldTokens }, (_, id) => id),
    );
    for (let row = oldRows; row < config.vocabSize; row++) data.set(mean, row * width);
    // All means before any row is written: a token may begin as the mean of others.
    const starts = rows.map(({ sourceIds }) => (sourceIds === null ? mean : meanOfRows(data, width, sourceIds)));
    for (const [index, { id, surface }] of rows.entries()) {
      const row = data.subarray(id * width, (id + 1) * width);
      row.set(starts[index] ?? mean);
      if (options.relativeNoise > 0) addNoise(row, options.relativeNoise, options.rng.fork(`${end}/${surface}`));
    }
  }
}

/** What a new token's row begins as, by the setting `initialisation`. */
const STARTING_TEXTS: Readonly<
  Record<
    (typeof ROW_INITIALISATIONS)[number],
    (surface: string, cues: Readonly<Partial<Record<FunctionalTokenName, string>>>) => string | null
  >
> = {
  spelling: (surface) => surface,
  description: (surface) =>
    FUNCTIONAL_TOKENS.find(({ open, close }) => surface === open || surface === close)?.meaning ?? surface,
  // A step opens as its cue does; what closes one is the end of the line.
  cue: (surface, cues) => {
    const token = FUNCTIONAL_TOKENS.find(({ open }) => surface === open);
    return token ? (cues[token.name] ?? token.meaning) : '\n';
  },
  mean: () => null,
};

/** The text that each functional token begins as. @param cues of the prompt set, needed for `cue` alone */
export function startingTextBy(
  initialisation: (typeof ROW_INITIALISATIONS)[number],
  cues: Readonly<Partial<Record<FunctionalTokenName, string>>> = {},
): (surface: string) => string | null {
  return (surface) => STARTING_TEXTS[initialisation](surface, cues);
}

/** Ids of the pieces; null where the text is none or the vocabulary knows nothing of it. */
function piecesOf(text: string | null, tokenizer: Tokenizer): readonly number[] | null {
  const ids = text === null ? [] : [...tokenizer.encode(text)];
  return ids.length === 0 ? null : ids;
}

/** [width] mean of rows of `data` [rows, width]; summed in float64, rounded once. */
function meanOfRows(data: Float32Array, width: number, ids: readonly number[]): Float32Array {
  const sums = new Float64Array(width);
  for (const id of ids) {
    const begin = id * width;
    for (let i = 0; i < width; i++) sums[i]! += data[begin + i]!;
  }
  return Float32Array.from(sums, (sum) => sum / ids.length);
}

/** Adds normal noise whose length is `relative` times the row's. */
function addNoise(row: Float32Array, relative: number, rng: Rng): void {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  const spread = (relative * length) / Math.sqrt(row.length);
  for (let i = 0; i < row.length; i++) row[i]! += spread * rng.normal();
}
