import { isEmbedding } from './decay-groups';
import type { LearningRun, LearningTensor } from './learning-state';

/** Factor of the learning rate: of a tensor, or, for embedding and head, of one of their rows. */
export type RateOf = (name: string, row: number | null) => number;

/** Cuts a tensor's runs where the rate changes from row to row. */
export function splitByRate(
  tensor: LearningTensor,
  rateOf: RateOf | undefined,
): { run: LearningRun; factor: number }[] {
  if (!rateOf) return tensor.runs.map((run) => ({ run, factor: 1 }));
  const name = tensor.name.replace(/#rows$/, '');
  if (!isEmbedding(name)) return tensor.runs.map((run) => ({ run, factor: rateOf(name, null) }));
  return tensor.runs.flatMap((run) => {
    const rows = run.weight.length / run.width;
    const pieces: { run: LearningRun; factor: number }[] = [];
    for (let start = 0; start < rows;) {
      const factor = rateOf(name, run.firstRow + start);
      let end = start + 1;
      while (end < rows && rateOf(name, run.firstRow + end) === factor) end++;
      pieces.push({ run: sliceRun(run, start, end), factor });
      start = end;
    }
    return pieces;
  });
}

function sliceRun(run: LearningRun, from: number, to: number): LearningRun {
  const cut = (values: Float32Array) => values.subarray(from * run.width, to * run.width);
  return {
    ...run,
    weight: cut(run.weight),
    gradient: cut(run.gradient),
    moments: run.moments.rows(from, to),
    average: cut(run.average),
    firstRow: run.firstRow + from,
  };
}
