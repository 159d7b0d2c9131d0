import type { StudyResults } from './report/document';
import type { SeedResult } from './study';

/**
 * The same studies as several data folders hold them: each seed of a study is taken whole from the folder where most of it was made, since its
 * rungs stand on each other; the first of equals.
 */
export function mergeResults(folders: readonly (readonly StudyResults[])[]): StudyResults[] {
  const studies = [...new Set(folders.flatMap((results) => results.map(({ study }) => study)))];
  return studies.map((study) => {
    const seeds = new Map<number, SeedResult>();
    for (const each of folders.flatMap((results) => results.filter((result) => result.study === study)))
      for (const result of each.seeds) {
        const known = seeds.get(result.seed);
        if (known === undefined || madeIn(result) > madeIn(known)) seeds.set(result.seed, result);
      }
    return { study, seeds: [...seeds.values()] };
  });
}

/** Rungs that were made and question sets that they answered, together. */
function madeIn({ rungs }: SeedResult): number {
  return [...rungs.values()].reduce(
    (sum, outcome) => sum + (outcome.kind === 'made' ? 1 + outcome.result.answers.size : 0),
    0,
  );
}
