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
import { planRlUpdates, rewardTrajectories, withoutChosenRatio } from './rl-batch';
import { nextKlCoefficient } from './kl-controller';
import { isAllCut, neverCloses } from './stuck';
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

describe('tokens that the search chose', () => {
  const weightsOf = async (chosenTokens: 'importance' | 'likelihood' | 'masked') => {
    const config = SearchConfigSchema.parse({ expander: 'sampled', maxDepth: 8, numSimulations: 12 });
    const expander = createSampledExpander({ generator, tokenizer, tokens, grammar, config });
    const context = { config, expander, verifier: answerVerifier, rng: createRng(9) };
    const tree = await growTree(toyQuestion(2, 3, 4), context);
    return treeTrajectories(tree, { ...options, importanceCap: 1.5, chosenTokens }).map(({ weights, origin }) =>
      [...weights].filter((_, i) => origin[i] === 'chosen'),
    );
  };

  test('weigh as the settings say, and what was sampled weighs the same', async () => {
    const [importance, likelihood, masked] = await Promise.all([
      weightsOf('importance'),
      weightsOf('likelihood'),
      weightsOf('masked'),
    ]);
    expect(masked.flat().every((weight) => weight === 0)).toBe(true);
    importance.flat().forEach((weight, i) => expect(weight).toBeLessThanOrEqual(1.5 * likelihood.flat()[i]! + 1e-6));
    expect(importance.flat()).not.toEqual(likelihood.flat());
  });

  test('without a ratio take the log-probability of now, and only they', () => {
    const batch = rewardTrajectories(trajectories, RlConfigSchema.parse({}));
    const [update] = planRlUpdates(batch, [], RlConfigSchema.parse({ pathsPerUpdate: 1000 }), createRng(1));
    const now = update!.oldLogProbs.map((row) => row.map((value) => value - 0.5));
    const free = withoutChosenRatio(update!, now);
    let chosen = 0;
    free.oldLogProbs.forEach((row, b) =>
      row.forEach((value, i) => {
        const isChosen = update!.chosen[b]![i] === 1;
        chosen += Number(isChosen);
        expect(value).toBe(isChosen ? now[b]![i] : update!.oldLogProbs[b]![i]);
      }),
    );
    expect(chosen).toBeGreaterThan(10);
  });
});

test('a process reward model says how promising steps are, in the place of the tree', () => {
  const config = RlConfigSchema.parse({ reward: 'shaped', shapingWeight: 1, skipSettled: false });
  const judged = new Map(trajectories.map((each) => [each, [0, ...each.steps.map((_, k) => (k + 1) / 10)]]));
  const batch = rewardTrajectories(trajectories, config, judged);
  for (const { reward } of batch.paths) for (const step of reward.steps) expect(step).toBeCloseTo(0.1, 9);
});

test.each([
  [0.2, 0.1, 2],
  [0.04, 0.1, 0.5],
  [0.11, 0.1, 1],
  [5, null, 1],
  [Number.NaN, 0.1, 1],
])('measured %d with target %d: β × %d', (kl, target, factor) => {
  expect(nextKlCoefficient(0.01, kl, target, 0.01)).toBeCloseTo(0.01 * factor, 12);
});

test('β stays within bounds, whatever the divergence does', () => {
  let beta = 0.01;
  for (let i = 0; i < 50; i++) beta = nextKlCoefficient(beta, 10, 0.05, 0.01);
  expect(beta).toBeCloseTo(0.64, 12);
  for (let i = 0; i < 50; i++) beta = nextKlCoefficient(beta, 0, 0.05, 0.01);
  expect(beta).toBeCloseTo(0.01 / 64, 12);
});

test('answers that are all cut are told with numbers', () => {
  expect(isAllCut(trajectories)).toBe(false);
  expect(isAllCut(trajectories.map((each) => ({ ...each, isTruncated: true })))).toBe(true);
  const error = neverCloses(768, { maxNewTokens: 320, maxStepTokens: 96, maxDepth: 18 });
  expect(error).toMatchObject({
    code: 'never-closes',
    facts: { wayOut: expect.stringContaining('Fine-tune') as string },
  });
  expect(error.message).toMatch(/None of the 768 answers of the last 3 iterations .* 320 tokens, at 96 tokens/);
  expect(neverCloses(0, { maxNewTokens: 1, maxStepTokens: 1, maxDepth: 2 }).message).toMatch(/reads none/);
});
