import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvaluateConfigSchema } from '@core/eval/evaluate-config';
import type { Generator } from '@core/generation/generator';
import { NEVER_CANCELLED } from '@core/ports';
import { createRng } from '@core/random/rng';
import { createToyModel, toyQuestion } from '@core/testing/toy-arithmetic';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { answerBySearch } from './answer-by-search';
import { explore, forgetTrees } from './explore';
import { HalfGrownTrees } from './half-grown-trees';
import type { JobModel } from './open-model';

const { tokenizer, generator } = createToyModel();
const tokens = functionalTokenIds(tokenizer);
const QUESTIONS = [toyQuestion(5, 3, 4), toyQuestion(2, 9, 1, 6), toyQuestion(7, 7)];

/** The toy model as a job has it; its process ends with the request after `calls`. */
function model(calls = Number.POSITIVE_INFINITY): JobModel {
  let left = calls;
  const mortal: Generator = {
    ...generator,
    generate: (request) => (left-- > 0 ? generator.generate(request) : Promise.reject(new Error('killed'))),
  };
  const config = { maxPositions: 4096 };
  // Nothing else of it is asked for.
  return {
    ...{ tokenizer, generator: mortal, tokens, requireTokens: () => tokens, language: { config } },
  } as unknown as JobModel;
}

let folder = '';
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'half-grown-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Keeps a tree after every round of walks: three seconds pass between two of them. */
const open = (name = 'state') =>
  new HalfGrownTrees(join(folder, name), (message) => expect.fail(message), { nowMs: () => (now += 3000) });

/** Requests that `work` makes. */
async function counted<T>(work: () => Promise<T>): Promise<{ readonly requests: number; readonly result: T }> {
  const before = generator.requests.length;
  const result = await work();
  return { requests: generator.requests.length - before, result };
}

describe('trees of exploring', () => {
  const config = RlConfigSchema.parse({ pathsPerQuestion: 32, maxDepth: 8, skipSettled: false });
  const run = (calls: number | undefined, trees: HalfGrownTrees) => {
    const kept = { trees, iteration: 3, restoredTokens: 0 };
    const work = explore(model(calls), config, QUESTIONS, createRng(1), NEVER_CANCELLED, () => undefined, kept);
    return work.then((trajectories) => ({ trajectories, kept }));
  };

  it('go on where a killed process left them, and end as they would have', async () => {
    const whole = await counted(() => run(undefined, open('undisturbed')));
    for (const share of [0.5, 0.7, 0.9]) {
      await expect(run(Math.floor(share * whole.requests), open())).rejects.toThrow('killed');
      const trees = open();
      expect(trees.names.length).toBeGreaterThan(0);
      const rest = await counted(() => run(undefined, trees));
      expect(rest.requests).toBeLessThan(whole.requests);
      expect(rest.result.trajectories).toEqual(whole.result.trajectories);
      expect(rest.result.kept.restoredTokens).toBeGreaterThan(0);
      // Killed after exploring, before the update is saved: nothing is asked again.
      const again = await counted(() => run(undefined, open()));
      expect(again.result.trajectories).toEqual(whole.result.trajectories);
      expect(again.requests).toBe(0);
      forgetTrees({ trees, iteration: 2, restoredTokens: 0 });
      expect(trees.names).toHaveLength(QUESTIONS.length);
      forgetTrees(rest.result.kept);
      expect(trees.names).toEqual([]);
    }
  });
});

describe('trees of an evaluation', () => {
  const config = EvaluateConfigSchema.parse({ mode: 'search', numSimulations: 20, maxDepth: 8 });
  const rows = QUESTIONS.map(({ id, prompt, referenceAnswer }) => ({ id, prompt, referenceAnswer }));
  const run = (calls: number | undefined, trees: HalfGrownTrees) =>
    answerBySearch(model(calls), config, rows, createRng(2), NEVER_CANCELLED, () => undefined, null, {
      trees,
      first: 40,
    });

  it('go on where a killed process left them, and give the same answers', async () => {
    const whole = await counted(() => run(undefined, open('undisturbed')));
    await expect(run(Math.floor(0.7 * whole.requests), open())).rejects.toThrow('killed');
    const trees = open();
    expect(trees.names.every((name) => Number(name) >= 40)).toBe(true);
    expect(trees.names.length).toBeGreaterThan(0);
    const rest = await counted(() => run(undefined, trees));
    expect(rest.requests).toBeLessThan(whole.requests);
    expect(rest.result).toEqual(whole.result);
  });
});
