import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../random/rng';
import { createSampledExpander } from '../../search/expanders/sampled';
import { growTree } from '../../search/mcts';
import { SearchConfigSchema } from '../../search/search-config';
import type { SearchTree } from '../../search/tree';
import { answerVerifier } from '../../tasks/verifier';
import { createToyModel, toyQuestion } from '../../testing/toy-arithmetic';
import { createGrammar } from '../../tokens/grammar';
import { functionalTokenIds } from '../../tokens/token-ids';
import { treeTrajectories } from '../rl/trajectories';
import { judgePaths, judgeResponses, weakestStep } from './judge';
import { judgedRow } from './judged-steps';
import { labelsOfReview } from './labels-of-review';
import { labelsOfTree } from './labels-of-tree';
import { PrmConfigSchema } from './prm-config';
import { readStepRows } from './step-files';

const { tokenizer, generator } = createToyModel();
const tokens = functionalTokenIds(tokenizer);
const grammar = createGrammar({ maxDepth: 8 });

async function grow(seed: number): Promise<SearchTree> {
  const config = SearchConfigSchema.parse({
    expander: 'sampled',
    maxDepth: 8,
    numSimulations: 12,
    avoidDirectAnswer: false,
  });
  const expander = createSampledExpander({ generator, tokenizer, tokens, grammar, config });
  const context = { config, expander, verifier: answerVerifier, rng: createRng(seed) };
  return growTree(toyQuestion(seed, 3, 4), context);
}

describe('labels of a tree', () => {
  test.each(['soft', 'hard'] as const)('%s: what the walks through a node came to', async (labels) => {
    const tree = await grow(2);
    const responses = labelsOfTree(tree, labels);
    expect(responses.length).toBeGreaterThan(4);
    let mixed = 0;
    for (const response of responses) {
      expect(response.labels).toHaveLength(response.steps.length + 1);
      const [root] = response.labels;
      const walks = tree.simulations.map(({ path }) => tree.isRight[path.at(-1)!] === true);
      const share = walks.filter(Boolean).length / walks.length;
      expect(root).toBeCloseTo(labels === 'soft' ? share : Number(share > 0), 12);
      for (const label of response.labels) {
        if (label === null) continue;
        expect(label).toBeGreaterThanOrEqual(0);
        expect(label).toBeLessThanOrEqual(1);
        if (label > 0 && label < 1) mixed += 1;
      }
    }
    expect(mixed > 0).toBe(labels === 'soft');
  });

  test('every node counts once among the responses that share it', async () => {
    const tree = await grow(3);
    const total = labelsOfTree(tree, 'soft').reduce(
      (sum, { weights }) => sum + weights.reduce((own, weight) => own + weight, 0),
      0,
    );
    const visited = new Set(tree.simulations.flatMap(({ path }) => [...path]));
    expect(total).toBeCloseTo(visited.size, 9);
  });

  test('stand behind the question and behind each close tag', async () => {
    const [response] = labelsOfTree(await grow(4), 'soft');
    const row = judgedRow(response!, tokenizer, tokens);
    expect(row.places).toHaveLength(response!.steps.length + 1);
    row.places.slice(1).forEach((place, k) => {
      expect(tokens.closes.get(row.ids[place - 1]!)).toBe(response!.steps[k]!.token);
      expect(row.labels[place]).toBeCloseTo(response!.labels[k + 1]!, 6);
    });
    expect([...row.weights].filter((weight) => weight > 0)).toHaveLength(row.places.length);
  });
});

test('a trajectory of RL is judged where a row for training has its labels: behind the question and each close tag', async () => {
  const tree = await grow(5);
  const trajectories = treeTrajectories(tree, { tokenizer, tokens, grammar, importanceCap: 2 });
  const whole = trajectories.filter(({ isTruncated }) => !isTruncated);
  // A judge that gives each position its own number tells where it was asked.
  const promises = await judgeResponses(whole, tokens, (rows) =>
    Promise.resolve(rows.map(({ places }) => [...places])),
  );
  expect(whole.length).toBeGreaterThan(3);
  whole.forEach(({ ids, steps, promptLength }, i) => {
    const [question, ...places] = promises[i]!;
    expect(question).toBe(promptLength);
    expect(places.map((place) => tokens.closes.get(ids[place - 1]!))).toEqual(steps.map(({ token }) => token));
  });
});

test('a path as text is judged where a row for training has its labels, unless it is too long', async () => {
  const [response, other] = labelsOfTree(await grow(6), 'soft');
  const rows = [response!, other!].map((each) => judgedRow(each, tokenizer, tokens));
  const longest = Math.min(...rows.map(({ ids }) => ids.length));
  const asked: number[] = [];
  const judged = await judgePaths([response!, other!], { tokenizer, tokens, longest }, (given) => {
    asked.push(...given.map(({ ids }) => ids.length));
    return Promise.resolve(given.map(({ places }) => [...places]));
  });
  expect(judged).toEqual(rows.map(({ ids, places }) => (ids.length > longest ? null : places)));
  expect(asked.every((length) => length <= longest)).toBe(true);
});

test('walks that a judge turned back have no label', async () => {
  const tree = await grow(7);
  const before = labelsOfTree(tree, 'soft');
  const open = tree.isTerminal.findIndex((isTerminal, node) => !isTerminal && node > 0);
  tree.simulations.push({ path: [0, open], value: 0.9 });
  expect(labelsOfTree(tree, 'soft')).toEqual(before);
});

test('a path is as good as its weakest step', () => {
  expect(weakestStep([0.9, 0.7, 0.2, 0.8])).toBe(0.2);
  expect(weakestStep([0.4])).toBe(0.4);
});

test('marks of a reviewer become labels, unmarked steps stay open', () => {
  const steps = ['a', 'b', 'c'].map((text) => ({ token: 'next_step' as const, text }));
  const example = { questionId: 'q', prompt: 'p', steps };
  const marks = [{ verdict: 'right' as const }, { verdict: null }, { verdict: 'wrong' as const }];
  expect(labelsOfReview({ ...example, stepMarks: marks })?.labels).toEqual([null, 1, null, 0]);
  expect(labelsOfReview({ ...example, stepMarks: [] })).toBeNull();
});

describe('files of judged steps', () => {
  test('Math-Shepherd: signs in the place of marks', () => {
    const [response] = readStepRows(
      [
        {
          input: 'Val has 3. How many? Step 1: 3 + 4 = 7 ки\nStep 2: 7 - 1 = 5. The answer is: 5 ки',
          label: 'Val has 3. How many? Step 1: 3 + 4 = 7 +\nStep 2: 7 - 1 = 5. The answer is: 5 -',
          task: 'GSM8K',
        },
      ],
      'file',
    );
    expect(response).toMatchObject({ prompt: 'Val has 3. How many?', labels: [null, 1, 0] });
    expect(response!.steps.map(({ text }) => text)).toEqual(['3 + 4 = 7', '7 - 1 = 5. The answer is: 5']);
  });

  test('PRM800K: what was chosen goes on, what was not is an alternative', () => {
    const step = (ratings: readonly number[], chosen: number | null) => ({
      completions: ratings.map((rating, i) => ({ text: `step ${i}`, rating })),
      human_completion: chosen === null ? { text: 'by hand' } : null,
      chosen_completion: chosen,
    });
    const found = readStepRows(
      [{ question: { problem: 'P' }, label: { steps: [step([1, -1], 0), step([-1], null), step([0], 0)] } }],
      'file',
    );
    expect(found.map(({ steps, labels }) => [steps.map(({ text }) => text).join(' '), labels])).toEqual([
      ['step 0 by hand step 0', [null, 1, null, 1]],
      ['step 1', [null, 0]],
      ['step 0 step 0', [null, null, 0]],
    ]);
  });

  test('anything else is refused with its row', () => {
    expect(() => readStepRows([{ question: 'q', answer: 'a' }], 'file.jsonl')).toThrow(/Row 1 of file.jsonl/);
  });

  const folder = join(process.env['WORKBENCH_DATA'] ?? '../shared/data', 'prm');
  test.runIf(existsSync(folder)).each([
    ['math_shepherd_sample.jsonl', 7],
    ['prm800k_sample.jsonl', 6],
    ['prmbench_subset400.jsonl', 394],
  ])('%s as it is published', (name, rows) => {
    const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
    const found = readStepRows(
      lines.map((line) => JSON.parse(line) as unknown),
      name,
    );
    expect(found.length).toBeGreaterThanOrEqual(rows);
    const labels = found.flatMap((response) => response.labels.filter((label) => label !== null));
    expect(labels).toContain(0);
    expect(labels).toContain(1);
  });
});

test('the defaults of the stage are its own, the words those of fine-tuning', () => {
  expect(PrmConfigSchema.parse({})).toMatchObject({ labels: 'soft', epochs: 2, learningRate: 1e-4, method: 'full' });
  expect(PrmConfigSchema.shape.epochs.meta()).toMatchObject({ label: 'Passes over the examples' });
});
