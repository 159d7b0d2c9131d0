/** A row of an embedding near another one. */
export interface NearRow {
  readonly id: number;
  /** Cosine of the angle between the two rows: 1 for the same direction. */
  readonly cosine: number;
}

export interface NearestRows {
  /** Looks at rows [first, first + rows) of the embedding, given as [rows, width]. */
  add(first: number, data: Float32Array): void;
  /** [k] lists parallel to the queries, the nearest first. */
  result(): readonly (readonly NearRow[])[];
}

/**
 * Finds the `count` rows with the largest cosine to each query, slice by slice, so that no embedding has to be in memory as a whole.
 * @param queries [k][width]
 * @param skip ids that are not neighbours: unused rows, and the queries themselves
 */
export function findNearestRows(
  queries: readonly Float32Array[],
  width: number,
  options: { readonly count: number; readonly skip: (id: number) => boolean },
): NearestRows {
  const { count, skip } = options;
  const units = queries.map((query) => {
    const length = lengthOf(query, 0, width) || 1;
    return query.map((value) => value / length);
  });
  const best = queries.map((): NearRow[] => []);
  return {
    add(first, data) {
      for (let row = 0; (row + 1) * width <= data.length; row++) {
        const id = first + row;
        const length = lengthOf(data, row * width, width);
        if (length === 0 || skip(id)) continue;
        units.forEach((unit, query) => {
          let dot = 0;
          for (let i = 0; i < width; i++) dot += unit[i]! * data[row * width + i]!;
          insert(best[query]!, { id, cosine: dot / length }, count);
        });
      }
    },
    result: () => best,
  };
}

function lengthOf(data: Float32Array, begin: number, width: number): number {
  let square = 0;
  for (let i = begin; i < begin + width; i++) square += data[i]! ** 2;
  return Math.sqrt(square);
}

/** Keeps the list sorted and short; of equal cosines the smaller id stays in front. */
function insert(list: NearRow[], row: NearRow, count: number): void {
  const last = list[count - 1];
  if (last && row.cosine <= last.cosine) return;
  let at = list.length;
  while (at > 0 && list[at - 1]!.cosine < row.cosine) at--;
  list.splice(at, 0, row);
  if (list.length > count) list.pop();
}
