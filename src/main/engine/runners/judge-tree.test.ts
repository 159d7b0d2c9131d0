import { expect, test } from 'vitest';
import { growWordTree } from '@core/search/testing/grown-tree';
import type { SearchTree } from '@core/search/tree';
import type { JudgeablePath } from '@core/train/prm/judge';
import { judgeStep, judgeTree } from './judge-tree';
import type { Judge } from './open-judge';

/** Finds a path less promising with each step; cannot read those of more than `longest` steps. */
function fakeJudge(longest = Infinity): Judge & { readonly asked: JudgeablePath[] } {
  const asked: JudgeablePath[] = [];
  return {
    asked,
    judge: () => Promise.reject(new Error('only paths are judged')),
    judgePaths: (paths) => {
      asked.push(...paths);
      return Promise.resolve(
        paths.map(({ steps }) =>
          steps.length > longest ? null : Array.from({ length: steps.length + 1 }, (_, k) => 1 / (k + 1)),
        ),
      );
    },
    dispose: () => Promise.resolve(),
  };
}

const grow = async (): Promise<SearchTree> => (await growWordTree({ numSimulations: 12 })).tree;

test('every node of a tree gets what the judge says of the path to it', async () => {
  const tree = await grow();
  const judge = fakeJudge();
  await judgeTree(tree, judge);
  expect(tree.process).toEqual(tree.depth.map((depth) => 1 / (depth + 1)));
  // One reading for each end, and the steps come in order.
  expect(judge.asked).toHaveLength(tree.children.filter((children) => children.length === 0).length);
  for (const { prompt, steps } of judge.asked) {
    expect(prompt).toBe(tree.question.prompt);
    expect(steps.every(({ text }) => tree.text.includes(text))).toBe(true);
  }
});

test('a path that the judge cannot read stays unjudged, and is worth nothing', async () => {
  const tree = await grow();
  await judgeTree(tree, fakeJudge(0));
  expect(tree.process.every((score) => score === null)).toBe(true);
  expect(await judgeStep(tree, 1, fakeJudge(0))).toBe(0);
  expect(await judgeStep(tree, 1, fakeJudge())).toBe(0.5);
  // What the search went by stays, whatever is said later.
  tree.process[1] = 0.25;
  await judgeTree(tree, fakeJudge());
  expect(tree.process[1]).toBe(0.25);
});

test('a step that was cut is not judged', async () => {
  const tree = await grow();
  const [leaf] = tree.isTerminal.flatMap((isTerminal, node) => (isTerminal ? [node] : []));
  tree.isTruncated[leaf!] = true;
  await judgeTree(tree, fakeJudge());
  expect(tree.process.flatMap((score, node) => (score === null ? [node] : []))).toEqual([leaf]);
});
