import type { CheckpointId } from '@contracts/ids';
import type { TokenNeighbours } from '@contracts/models';
import { WorkbenchError } from '@core/errors';
import { EMBEDDING } from '@core/models/decoder/parameters';
import { findNearestRows } from '@core/tokens/nearest-rows';
import { functionalTokenIds } from '@core/tokens/token-ids';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { ServiceContext } from './context';
import { requirePresent } from './models';
import { planTokens, showToken, type TokensWish } from './preview-tokens';

/** Neighbours that are shown of each token. */
const COUNT = 5;

/** A row to look around: the mean of rows that are there, null for the mean of all, or nothing that could be known before the run. */
interface Query {
  readonly surface: string;
  readonly sourceIds: readonly number[] | null;
  readonly isNoise: boolean;
}

/** The ordinary tokens nearest to each functional token of a model, as its embedding is now. */
export async function tokenNeighbours(context: ServiceContext, id: CheckpointId): Promise<TokenNeighbours[]> {
  const { path } = requirePresent(context, id);
  const tokenizer = await context.models.tokenizer(path);
  const tokens = functionalTokenIds(tokenizer);
  const queries = tokens.set.surfaces.map((surface): Query => {
    const own = tokenizer.idOf(surface);
    return { surface, sourceIds: own === null ? null : [own], isNoise: false };
  });
  return lookAround(context, path, tokenizer, queries, new Set(tokens.all));
}

/** The same for rows that a run would make: what each begins as, before the small noise. */
export async function previewNeighbours(context: ServiceContext, wish: TokensWish): Promise<TokenNeighbours[]> {
  const { plan, tokenizer, path } = await planTokens(context, wish);
  return lookAround(context, path, tokenizer, plan.rows, new Set());
}

/** Two passes over the embedding: the first gathers what the queries are made of, the second compares. */
async function lookAround(
  { models }: ServiceContext,
  path: string,
  tokenizer: Tokenizer,
  queries: readonly Query[],
  functional: ReadonlySet<number>,
): Promise<TokenNeighbours[]> {
  const config = await models.config(path);
  if (!config) throw unreadable(path);
  const width = config.hiddenSize;
  const wanted = new Set(queries.flatMap(({ sourceIds }) => sourceIds ?? []));
  const kept = new Map<number, Float32Array>();
  const sums = new Float64Array(width);
  const eachRow = (first: number, rows: Float32Array, visit: (id: number, row: Float32Array) => void) => {
    for (let at = 0; at * width < rows.length; at++) visit(first + at, rows.subarray(at * width, (at + 1) * width));
  };
  await models.readRows(path, EMBEDDING, (first, rows) =>
    eachRow(first, rows, (id, row) => {
      if (id >= tokenizer.size) return;
      for (let i = 0; i < width; i++) sums[i]! += row[i]!;
      if (wanted.has(id)) kept.set(id, row.slice());
    }),
  );
  const mean = Float32Array.from(sums, (sum) => sum / tokenizer.size);
  const known = queries.filter(({ isNoise }) => !isNoise);
  const nearest = findNearestRows(
    known.map(({ sourceIds }) => (sourceIds === null ? mean : meanOf(sourceIds, kept, width))),
    width,
    { count: COUNT, skip: (id) => id >= tokenizer.size || functional.has(id) },
  );
  await models.readRows(path, EMBEDDING, (first, rows) => nearest.add(first, rows));
  const found = nearest.result();
  return queries.map((query) => ({
    surface: query.surface,
    near: query.isNoise
      ? null
      : (found[known.indexOf(query)] ?? []).map(({ id, cosine }) => ({ surface: showToken(tokenizer, id), cosine })),
  }));
}

function meanOf(ids: readonly number[], rows: ReadonlyMap<number, Float32Array>, width: number): Float32Array {
  const mean = new Float32Array(width);
  for (const id of ids) rows.get(id)?.forEach((value, i) => (mean[i]! += value / ids.length));
  return mean;
}

function unreadable(path: string): WorkbenchError {
  return new WorkbenchError('precondition', 'The rows of this model cannot be read one by one.', {
    code: 'rows-unreadable',
    where: path,
    kept: 'Everything else works with it.',
    wayOut: 'Import the model: the workbench then keeps a copy that can be read so.',
  });
}
