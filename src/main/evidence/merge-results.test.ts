import { expect, test } from 'vitest';
import { mergeResults } from './merge-results';
import type { StudyResults } from './report/document';
import { STUDIES } from './studies';
import type { RungOutcome, SeedResult } from './study';

const [ladder, ablations] = STUDIES;

/** A seed with rungs that answered so many question sets each. */
const seed = (number: number, prompt: string, ...answers: number[]): SeedResult => ({
  seed: number,
  bestPrompt: prompt,
  rungs: new Map<string, RungOutcome>([
    ...answers.map((count, i): [string, RungOutcome] => [
      `rung ${i}`,
      { kind: 'made', result: { answers: new Map(Array.from({ length: count }, (_, at) => [`${at}`, {}])) } as never },
    ]),
    ['open', { kind: 'missing' }],
  ]),
});

test('each seed comes from the folder where most of it was made', () => {
  const here: StudyResults[] = [
    { study: ladder!, seeds: [seed(1, 'here', 4, 4), seed(2, 'here', 4), seed(3, 'here')] },
    { study: ablations!, seeds: [seed(1, 'here')] },
  ];
  const there: StudyResults[] = [
    { study: ladder!, seeds: [seed(1, 'there', 4), seed(2, 'there', 4, 1), seed(3, 'there'), seed(4, 'there', 2)] },
  ];
  expect(
    mergeResults([here, there]).map(({ study, seeds }) => [
      study.id,
      seeds.map((each) => `${each.seed} ${each.bestPrompt}`),
    ]),
  ).toEqual([
    ['ladder', ['1 here', '2 there', '3 here', '4 there']],
    ['ablations', ['1 here']],
  ]);
});
