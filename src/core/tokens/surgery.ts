import { EMBEDDING, HEAD } from '../models/decoder/parameters';
import type { ModelConfig, ParameterStore } from '../models/model-config';
import type { Rng } from '../ports';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { WorkbenchError } from '../errors';
import type { FunctionalToken } from './functional-tokens';
import type { RowStart } from './row-start';
import { declareTokenSet } from './token-ids';
import type { TokenRole } from './token-roles';
import { RFTT_TOKENS, type TokenSet } from './token-set';
import type { ROW_INITIALISATIONS } from './tokens-config';

/** A token that enters the vocabulary, and what its row begins as. */
export interface NewRow {
  readonly surface: string;
  readonly id: number;
  /** Rows whose mean it begins as; null for the mean of all tokens. */
  readonly sourceIds: readonly number[] | null;
  /** Begins as noise instead, as long as a row is on average. */
  readonly isNoise: boolean;
}

/** What a row begins as: the mean of a text's pieces, the mean of all (null), a copy of one token, or noise. */
export type RowSource = string | null | { readonly copyOf: string } | { readonly noise: true };

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
 * Plans how the tokens of a set enter the vocabulary. Their ids follow the last token's; unused rows of the embedding are taken first, and only
 * when they do not suffice does it grow, to a multiple of `padToMultiple`. Tokens that are there already keep their rows.
 * @param sourceOf what the row of a tag begins as
 * @throws WorkbenchError `copy-source` where the token to copy is none of the vocabulary
 */
export function planSurgery(
  model: { readonly tokenizer: Tokenizer; readonly config: ModelConfig },
  sourceOf: (surface: string) => RowSource,
  options: { readonly set?: TokenSet; readonly surfaces?: readonly string[]; readonly padToMultiple?: number } = {},
): SurgeryPlan {
  const { set = RFTT_TOKENS, surfaces = set.surfaces, padToMultiple = 1 } = options;
  const old = model.tokenizer;
  const tokenizer = declareTokenSet(old.withAddedTokens(surfaces), set);
  const rows = surfaces.flatMap((surface): NewRow[] => {
    const id = tokenizer.idOf(surface);
    return id === null || id < old.size ? [] : [{ surface, id, ...rowsBehind(sourceOf(surface), old) }];
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
    const starts = startingRows(rows, { data, width, oldTokens, mean });
    for (const [index, { id, surface, isNoise }] of rows.entries()) {
      const row = data.subarray(id * width, (id + 1) * width);
      row.set(starts[index] ?? mean);
      if (isNoise) {
        const rng = options.rng.fork(`${end}/${surface}`);
        const spread = meanLength(data, width, oldTokens) / Math.sqrt(width);
        for (let i = 0; i < width; i++) row[i] = spread * rng.normal();
        continue;
      }
      if (options.relativeNoise > 0) addNoise(row, options.relativeNoise, options.rng.fork(`${end}/${surface}`));
    }
  }
}

/** Cues of a prompt set by role; needed for rows that start from them. */
export type RoleCues = Readonly<Partial<Record<TokenRole, string>>>;

/** What a row begins as, by its kind of start. `side`: which of the token's two rows it is. */
const SOURCES: {
  readonly [K in RowStart['kind']]: (
    start: Extract<RowStart, { kind: K }>,
    token: FunctionalToken,
    side: 'open' | 'close',
    cues: RoleCues,
  ) => RowSource;
} = {
  spelling: (_start, token, side) => token[side],
  description: ({ text }, token) => text.trim() || token.meaning,
  // A step opens as its cue does; what closes one is the end of the line.
  cue: (_start, token, side, cues) => (side === 'open' ? (cues[token.role] ?? token.meaning) : '\n'),
  mean: () => null,
  copy: ({ of }) => ({ copyOf: of }),
  noise: () => ({ noise: true }),
};

/**
 * What the rows of a set begin as: what each token says itself, else what the stage's settings say.
 * @param cues of the prompt set, needed for `cue` alone
 */
export function rowSources(
  initialisation: (typeof ROW_INITIALISATIONS)[number],
  cues: RoleCues = {},
  set: TokenSet = RFTT_TOKENS,
): (surface: string) => RowSource {
  return (surface) => {
    const tag = set.tag(surface);
    const token = tag && set.find(tag.name);
    if (!tag || !token) return initialisation === 'mean' ? null : surface;
    const start =
      token.start ?? (initialisation === 'description' ? { kind: initialisation, text: '' } : { kind: initialisation });
    // The table pairs each kind with its own start, which a lookup by a variable cannot show.
    const source = SOURCES[start.kind] as (
      ...args: [RowStart, FunctionalToken, 'open' | 'close', RoleCues]
    ) => RowSource;
    return source(start, token, tag.opens ? 'open' : 'close', cues);
  };
}

/** Whether any row of a set starts from a cue, so that the prompt set has to be read. */
export function needsCues(initialisation: (typeof ROW_INITIALISATIONS)[number], set: TokenSet = RFTT_TOKENS): boolean {
  return set.tokens.some(({ start }) => (start?.kind ?? initialisation) === 'cue');
}

function rowsBehind(source: RowSource, tokenizer: Tokenizer): Pick<NewRow, 'sourceIds' | 'isNoise'> {
  if (source === null || typeof source === 'string') return { sourceIds: piecesOf(source, tokenizer), isNoise: false };
  if ('noise' in source) return { sourceIds: null, isNoise: true };
  const { copyOf } = source;
  const pieces = [...tokenizer.encode(copyOf)];
  const id = tokenizer.idOf(copyOf) ?? (pieces.length === 1 ? pieces[0]! : null);
  if (id !== null) return { sourceIds: [id], isNoise: false };
  throw new WorkbenchError('validation', `“${copyOf}” is ${pieces.length} tokens of this vocabulary, not one.`, {
    code: 'copy-source',
    where: copyOf,
    kept: 'Your settings.',
    wayOut: 'Name a single token to copy, or begin as the mean of a description.',
  });
}

/** [width] what each row begins as, before any noise. */
export function startingRows(
  rows: readonly NewRow[],
  { data, width, oldTokens, mean }: { data: Float32Array; width: number; oldTokens: number; mean?: Float32Array },
): Float32Array[] {
  const all = () =>
    meanOfRows(
      data,
      width,
      Array.from({ length: oldTokens }, (_, id) => id),
    );
  let whole = mean;
  return rows.map(({ sourceIds }) => (sourceIds === null ? (whole ??= all()) : meanOfRows(data, width, sourceIds)));
}

function meanLength(data: Float32Array, width: number, count: number): number {
  let sum = 0;
  for (let id = 0; id < count; id++) {
    let square = 0;
    for (let i = id * width; i < (id + 1) * width; i++) square += data[i]! ** 2;
    sum += Math.sqrt(square);
  }
  return sum / Math.max(1, count);
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
