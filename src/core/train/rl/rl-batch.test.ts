import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../random/rng';
import { createSampledExpander } from '../../search/expanders/sampled';
import { growTree } from '../../search/mcts';
import { SearchConfigSchema } from '../../search/search-config';
import { answerVerifier } from '../../tasks/verifier';
import { createToyModel, toyQuestion } from '../../testing/toy-arithmetic';
import { createGrammar } from '../../tokens/grammar';
import { functionalTokenIds } from '../../tokens/token-ids';
import { renderSteps } from '../../tokens/render';
import { planRlUpdates, rewardTrajectories } from './rl-batch';
import { RlConfigSchema } from './rl-config';
import { explorationMetrics } from './rl-metrics';
import { sampledTrajectory, treeTrajectories, type Trajectory } from './trajectories';
import { nodeValues, treeAdvantages } from './tree-values';

const { tokenizer, generator } = createToyModel();
const tokens = functionalTokenIds(tokenizer);
const grammar = createGrammar({ maxDepth: 8 });
const options = { tokenizer, tokens, grammar, importanceCap: 2, verifier: answerVerifier };

async function explore(seed: number): Promise<Trajectory[]> {
  const config = SearchConfigSchema.parse({
    expander: 'sampled',
    maxDepth: 8,
    numSimulations: 12,
    avoidDirectAnswer: false,
  });
  const expander = createSampledExpander({ generator, tokenizer, tokens, grammar, config });
  const tree = await growTree(toyQuestion(seed, 3, 4), {
    config,
    expander,
    verifier: answerVerifier,
    rng: createRng(seed),
  });
  return treeTrajectories(tree, options);
}

let trajectories: Trajectory[];
beforeAll(async () => {
  trajectories = (await Promise.all([1, 2, 3, 4].map(explore))).flat();
});

describe('tree trajectories', () => {
  test('spans, masks and log-probabilities fit the ids', () => {
    expect(trajectories.length).toBeGreaterThan(20);
    for (const each of trajectories) {
      const n = each.ids.length;
      expect([each.oldLogProbs.length, each.origin.length, each.weights.length]).toEqual([n, n, n]);
      expect(each.steps[0]!.start).toBe(each.promptLength);
      expect(each.steps.at(-1)!.end).toBe(n);
      each.steps.forEach((step, k) => {
        expect(tokens.opens.get(each.ids[step.start]!)).toBe(step.token);
        expect(each.origin[step.start]).toBe('chosen');
        if (k > 0) expect(step.start).toBe(each.steps[k - 1]!.end);
      });
      expect(each.weights.slice(0, each.promptLength).every((weight) => weight === 0)).toBe(true);
      each.origin.forEach((origin, i) => origin === 'given' && expect(each.weights[i]).toBe(0));
    }
  });

  test('shared ids count once, and distinct leaves come once', () => {
    const group = trajectories.filter((each) => each.questionId === trajectories[0]!.questionId);
    const byNode = new Map<number, number>();
    for (const each of group) {
      for (const step of each.steps) {
        const sampled = [...each.origin.keys()].find(
          (i) => i >= step.start && i < step.end && each.origin[i] === 'sampled',
        );
        if (sampled !== undefined) byNode.set(step.node!, (byNode.get(step.node!) ?? 0) + each.weights[sampled]!);
      }
    }
    for (const sum of byNode.values()) expect(sum).toBeCloseTo(1, 5);
    expect(new Set(group.map((each) => each.steps.at(-1)!.node)).size).toBe(group.length);
  });
});

test('an answer sampled in one go is read like the others', () => {
  const question = toyQuestion(5, 3);
  const prompt = tokenizer.encodeChat([{ role: 'user', content: question.prompt }], { addGenerationPrompt: true });
  const text = renderSteps([
    { token: 'next_step', text: '5 + 3 = 8 .' },
    { token: 'output', text: 'The answer is 8 .' },
  ]);
  const ids = Int32Array.from([...tokenizer.encode(text, { specials: 'recognise' }), tokenizer.eosIds[0]!]);
  const logProbs = new Float32Array(ids.length).fill(-0.5);
  const whole = sampledTrajectory(
    question,
    prompt,
    { ids, logProbs, samplingLogProbs: logProbs, stopReason: 'stop' },
    options,
  );
  expect(whole).toMatchObject({ isRight: true, answer: '8', isWellFormed: true, isTruncated: false });
  expect(whole.steps.map((step) => step.token)).toEqual(['next_step', 'output']);
  expect(whole.weights.slice(whole.promptLength).every((weight) => weight === 1)).toBe(true);
  const cut = sampledTrajectory(
    question,
    prompt,
    { ids: ids.slice(0, -4), logProbs: logProbs.slice(0, -4), samplingLogProbs: logProbs, stopReason: 'length' },
    options,
  );
  expect(cut).toMatchObject({ isRight: false, answer: null, isWellFormed: false, isTruncated: true });
});

describe('updates', () => {
  test.each(['reinforce-plus-plus', 'reinforce-baseline', 'grpo', 'dr-grpo', 'rloo'] as const)(
    '%s: finite, of the right shape, every path once',
    (algorithm) => {
      for (const advantage of ['algorithm', 'tree'] as const) {
        const config = RlConfigSchema.parse({ algorithm, advantage, pathsPerUpdate: 10 });
        const batch = rewardTrajectories(trajectories, config);
        const reference = batch.paths.map((path) => path.trajectory.oldLogProbs.map((value) => value - 0.1));
        const updates = planRlUpdates(batch, reference, config, createRng(1));
        expect(updates.flatMap((update) => update.rows)).toHaveLength(batch.paths.length);
        for (const update of updates) {
          expect(update.normaliser).toBeGreaterThan(0);
          expect(update.klCoefficient).toBe(algorithm === 'grpo' || algorithm === 'dr-grpo' ? 0.01 : 0);
          update.rows.forEach((row, i) => {
            expect([row.weights.length, update.advantages[i]!.length, update.oldLogProbs[i]!.length]).toEqual([
              row.ids.length,
              row.ids.length,
              row.ids.length,
            ]);
            expect(update.advantages[i]!.every(Number.isFinite)).toBe(true);
          });
        }
      }
    },
  );

  test('right paths are pulled up and wrong ones down', () => {
    const config = RlConfigSchema.parse({ klCoefficient: 0, reward: 'outcome', pathsPerUpdate: 1000 });
    const batch = rewardTrajectories(trajectories, config);
    const [update] = planRlUpdates(batch, [], config, createRng(1));
    const meanOf = (isRight: boolean) => {
      const chosen = update!.rows.flatMap((row, i) =>
        batch.paths.find((path) => path.trajectory.ids === row.ids)!.trajectory.isRight === isRight
          ? [update!.advantages[i]!.at(-2)!]
          : [],
      );
      return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
    };
    expect(meanOf(true)).toBeGreaterThan(0);
    expect(meanOf(false)).toBeLessThan(0);
  });

  test('settled questions are left out and counted', () => {
    const wrong = trajectories.map((each) =>
      each.questionId === trajectories[0]!.questionId ? { ...each, isRight: true } : each,
    );
    const config = RlConfigSchema.parse({});
    const batch = rewardTrajectories(wrong, config);
    expect(batch.settledShare).toBeGreaterThanOrEqual(0.25);
    expect(batch.paths.some((path) => path.trajectory.questionId === trajectories[0]!.questionId)).toBe(false);
    expect(rewardTrajectories(wrong, { ...config, skipSettled: false }).paths).toHaveLength(wrong.length);
    expect(planRlUpdates(rewardTrajectories([], config), [], config, createRng(1))).toEqual([]);
  });
});

test('tree advantages by hand', () => {
  const [first] = trajectories;
  const make = (nodes: readonly number[]): Trajectory => ({
    ...first!,
    ids: new Int32Array(2 + nodes.length),
    promptLength: 2,
    steps: nodes.map((node, i) => ({ token: 'next_step', start: 2 + i, end: 3 + i, node })),
  });
  const pair = [make([1, 2]), make([1, 3])];
  const values = nodeValues(pair, [1, 0]);
  expect([...values]).toEqual([
    [null, 0.5],
    [1, 0.5],
    [2, 1],
    [3, 0],
  ]);
  expect([...treeAdvantages(pair[0]!, 1, values)]).toEqual([0, 0, 0.5, 1]);
  expect([...treeAdvantages(pair[1]!, 0, values)]).toEqual([0, 0, -0.5, -1]);
});

test('metrics are finite numbers', () => {
  const metrics = explorationMetrics(trajectories, rewardTrajectories(trajectories, RlConfigSchema.parse({})));
  for (const [name, value] of Object.entries(metrics)) expect(Number.isFinite(value), name).toBe(true);
  expect(metrics['use.next_step']).toBeGreaterThan(1);
  expect(metrics['accuracy']).toBeGreaterThan(0);
  expect(
    Object.values(explorationMetrics([], rewardTrajectories([], RlConfigSchema.parse({})))).every(Number.isFinite),
  ).toBe(true);
});
