import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Generator } from '@core/generation/generator';
import { createRng } from '@core/random/rng';
import { createPromptedExpander } from '@core/search/expanders/prompted';
import { growTree } from '@core/search/mcts';
import { SavedSearch } from '@core/search/saved-search';
import { SearchConfigSchema } from '@core/search/search-config';
import type { SearchTree } from '@core/search/tree';
import { treeRows } from '@core/search/tree-rows';
import { answerVerifier } from '@core/tasks/verifier';
import { openLanguageModel, type GeneratorSettings } from './language-model';
import { OrtExecutor } from './ort-executor';
import { loadPromptSet } from './runners/prompt-folder';

const MODEL = 'resources/models/workbook-2m';
const hasModel = existsSync(join(MODEL, 'model.safetensors'));
const QUESTIONS = 5;
/** Largest difference that a log-probability may have. */
const TOLERANCE = 1e-5;

const config = SearchConfigSchema.parse({
  promptSet: 'workbook',
  children: 'narrow',
  numSimulations: 5,
  concurrentWalks: 2,
  maxDepth: 8,
  maxStepTokens: 40,
  maxAnswerTokens: 48,
  temperature: 0.8,
});

const model = hasModel ? await openLanguageModel(MODEL, { executor: new OrtExecutor({ threads: 1 }) }) : null;
const questions = readFileSync('resources/questions/train.jsonl', 'utf8')
  .split('\n', QUESTIONS)
  .map((line) => JSON.parse(line))
  .map(({ id, question, answer }) => ({ id, prompt: question, referenceAnswer: String(answer), source: '' }));

interface Circumstances {
  /** Questions in flight. */
  readonly inFlight: number;
  readonly settings: GeneratorSettings;
  /** Rounds after which each tree is saved, forgotten and taken up by another generator. */
  readonly killAfter?: number;
}

/** Trees of all questions, grown under the given circumstances. */
async function grow({ inFlight, settings, killAfter }: Circumstances): Promise<SearchTree[]> {
  if (model === null) throw new Error('The embedded model is not there.');
  const generators: Generator[] = [];
  const open = () => {
    const generator = model.createGenerator(settings);
    generators.push(generator);
    return createPromptedExpander({
      generator,
      tokenizer: model.tokenizer,
      prompts: loadPromptSet('resources/prompts', config.promptSet),
      config,
    });
  };
  const first = open();
  const second = killAfter === undefined ? first : open();
  const trees: SearchTree[] = [];
  const left = questions.entries();
  const worker = async () => {
    for (const [index, question] of left) {
      const search = { config, verifier: answerVerifier, rng: createRng(question.id) };
      let saved: SavedSearch | undefined;
      let rounds = 0;
      trees[index] = await growTree(question, {
        ...search,
        expander: first,
        betweenRounds: (save) => {
          if (++rounds !== killAfter) return true;
          saved = SavedSearch.parse(JSON.parse(JSON.stringify(save())));
          return false;
        },
      });
      if (saved) trees[index] = await growTree(question, { ...search, expander: second, saved });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  await Promise.all(generators.map((generator) => generator.dispose()));
  return trees;
}

/** Everything but log-probabilities must be equal. */
function expectSame(found: readonly SearchTree[], expected: readonly SearchTree[]): void {
  found.forEach((tree, i) => {
    const other = expected[i]!;
    const without = (each: SearchTree) => treeRows(each).map((row) => ({ ...row, logProbSum: 0 }));
    expect(without(tree)).toEqual(without(other));
    expect(tree.simulations).toEqual(other.simulations);
    tree.logProbSum.forEach((sum, node) => {
      const gap = Math.abs((sum ?? 0) - (other.logProbSum[node] ?? 0));
      expect(gap).toBeLessThan(TOLERANCE * Math.max(1, tree.tokenCount[node]!));
    });
  });
}

describe.skipIf(!hasModel)('the same seed gives the same trees', () => {
  it('whatever the batch, the questions in flight, the memory for keys and values, and a kill in between', async () => {
    const plain = await grow({ inFlight: QUESTIONS, settings: { maxBatch: 32 } });
    expect(plain.every((tree) => tree.simulations.length > 0)).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          inFlight: fc.integer({ min: 1, max: QUESTIONS }),
          settings: fc.record({
            maxBatch: fc.constantFrom(1, 2, 3, 7, 64),
            // From hardly a row, so that nothing is remembered, to room for everything.
            kvBytes: fc.constantFrom(2 ** 21, 2 ** 23, 2 ** 30),
          }),
          killAfter: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
        }),
        async ({ killAfter, ...circumstances }) =>
          expectSame(await grow({ ...circumstances, ...(killAfter && { killAfter }) }), plain),
      ),
      { seed: 4, numRuns: 10 },
    );
  }, 600_000);
});
