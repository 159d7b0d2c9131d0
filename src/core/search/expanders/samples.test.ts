import { expect, test } from 'vitest';
import { createRng } from '../../random/rng';
import { answerVerifier } from '../../tasks/verifier';
import { createToyModel, toyQuestion } from '../../testing/toy-arithmetic';
import { growTree } from '../mcts';
import { SearchConfigSchema } from '../search-config';
import { leaves } from '../tree';
import { createSamplesExpander } from './samples';

async function write(options: object, seed = 1) {
  const { tokenizer, generator } = createToyModel({ step: 1, direct: 0.5, check: 1 });
  const config = SearchConfigSchema.parse({
    expander: 'samples',
    responsePrefix: 'Answer :',
    numSimulations: 12,
    ...options,
  });
  const expander = createSamplesExpander({ generator, tokenizer, config });
  const context = { config, expander, verifier: answerVerifier, rng: createRng(seed) };
  return { tree: await growTree(toyQuestion(5, 3), context), generator };
}

test.each([1, 5])('as many answers as walks, each asked for by itself (%i at once)', async (concurrentWalks) => {
  const { tree, generator } = await write({ concurrentWalks });
  expect(generator.requests).toHaveLength(12);
  // Equal answers are one leaf.
  expect(leaves(tree)).toHaveLength(2);
  expect(tree.simulations).toHaveLength(12);
  expect(leaves(tree).map((leaf) => tree.text[leaf]!.startsWith('Answer : The answer is'))).toEqual([true, true]);
  expect(
    leaves(tree)
      .map((leaf) => tree.isRight[leaf])
      .sort(),
  ).toEqual([false, true]);
});

test('the same seed gives the same answers, another one others', async () => {
  const texts = async (seed: number) => (await write({}, seed)).tree.simulations.map(({ path }) => path.at(-1));
  expect(await texts(3)).toEqual(await texts(3));
  expect(await texts(3)).not.toEqual(await texts(4));
});

test('an answer without room is cut and wrong', async () => {
  const { tree } = await write({ maxAnswerTokens: 4, numSimulations: 3 });
  for (const leaf of leaves(tree)) expect([tree.isTruncated[leaf], tree.isRight[leaf]]).toEqual([true, false]);
});
