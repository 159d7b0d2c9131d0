import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord } from '@contracts/engine-protocol';
import { ExamplesConfigSchema } from '@core/dataset/examples-config';
import { NEVER_CANCELLED } from '@core/ports';
import { SearchConfigSchema, type SearchConfig } from '@core/search/search-config';
import type { JobContext, StopRequest } from '../job-context';
import { runExamples } from './examples';
import { runSearch } from './search';

const MODEL = 'resources/models/workbook-2m';
const LONG = Array.from({ length: 900 }, (_, i) => `${i % 10} + 1`).join(' , ');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'search-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly id: string;
  readonly prompt: string;
  readonly referenceAnswer: string;
}

/** Runs a search job over these questions, without a host. */
async function search(
  rows: readonly Row[],
  config: Partial<SearchConfig>,
  stop: () => StopRequest | null = () => null,
) {
  const questions = join(folder, 'questions.jsonl');
  writeFileSync(questions, rows.map((row) => JSON.stringify(row)).join('\n'));
  const records: JobRecord[] = [];
  const told: string[] = [];
  const context = {
    job: {
      model: { id: 'm', name: 'embedded', path: MODEL },
      judge: null,
      inputs: { questions },
      promptsFolder: 'resources/prompts',
      threads: 1,
      device: 'cpu',
      deviceName: 'processor',
      deviceReason: '',
      server: null,
      spec: { kind: 'search', config },
    },
    spec: {
      kind: 'search',
      config: SearchConfigSchema.parse({
        promptSet: 'workbook',
        children: 'narrow',
        numSimulations: 4,
        maxDepth: 6,
        maxStepTokens: 40,
        maxAnswerTokens: 48,
        ...config,
      }),
    },
    stateFolder: join(folder, 'state'),
    cancel: NEVER_CANCELLED,
    stopRequested: stop,
    commit: async (given: readonly JobRecord[]) => void records.push(...given),
    progress: () => undefined,
    showGrowth: () => undefined,
    log: (level: string, message: string) => void told.push(`${level}: ${message}`),
    noteDevice: () => undefined,
  };
  // The runner reads nothing else of a context.
  const outcome = await runSearch(context as unknown as JobContext<'search'>);
  const trees = records.filter((record) => record.type === 'tree');
  return { ...outcome, trees, told, warnings: told.filter((line) => line.startsWith('warning')) };
}

const row = (id: string, prompt: string, referenceAnswer: string): Row => ({ id, prompt, referenceAnswer });
const EASY = row('easy', 'Ann has 3 apples and buys 4 apples. How many apples does Ann have?', '7');

describe.skipIf(!existsSync(join(MODEL, 'model.safetensors')))(
  'a search of questions that are not as they should be',
  () => {
    it('grows the other trees where one question is longer than the model reads', async () => {
      const { outcome, result, trees, warnings } = await search([row('long', LONG, '1'), EASY], {});
      expect(outcome).toBe('finished');
      expect(trees).toHaveLength(2);
      expect(result['trees']).toBe(2);
      // Nothing could be written below the long one.
      expect(trees.map(({ newTokens }) => newTokens > 0).toSorted()).toEqual([false, true]);
      expect(warnings.join()).toContain('1 of 2 trees has no path that came to an end by itself');
    });

    it.each([
      ['no answer', ''],
      ['an answer that nobody can read', 'as many as the \\frac{ of them {{'],
    ])('counts paths as wrong where a question has %s, and says that no pair came of it', async (_, answer) => {
      const { outcome, result, trees, warnings } = await search([row('odd', EASY.prompt, answer)], {});
      expect(outcome).toBe('finished');
      expect(trees).toHaveLength(1);
      expect(result).toMatchObject({ trees: 1, solved: 0, mixed: 0 });
      expect(warnings.join()).toContain('No usable pair: of 1 trees 0 have a right answer');
      expect(warnings.join()).toContain('All trees are kept');
    });

    it('makes no example of trees without a right answer, and says of how many and why', async () => {
      const { trees } = await search([row('odd', EASY.prompt, ''), row('even', EASY.prompt, 'so many')], {});
      const path = join(folder, 'trees.jsonl');
      writeFileSync(path, trees.map((tree) => JSON.stringify(tree)).join('\n'));
      const context = {
        job: {
          ...{ model: { id: 'm', name: 'embedded', path: MODEL }, inputs: { trees: path, heldOut: null } },
          ...{ promptsFolder: 'resources/prompts', threads: 1, device: 'cpu', deviceName: '', deviceReason: '' },
          spec: { kind: 'examples' },
        },
        spec: { kind: 'examples', config: ExamplesConfigSchema.parse({ promptSet: 'workbook' }) },
        ...{ stateFolder: join(folder, 'examples'), cancel: NEVER_CANCELLED, stopRequested: () => null },
        ...{
          commit: async () => undefined,
          progress: () => undefined,
          log: () => undefined,
          noteDevice: () => undefined,
        },
      };
      // The runner reads nothing else of a context.
      await expect(runExamples(context as unknown as JobContext<'examples'>)).rejects.toMatchObject({
        message: expect.stringMatching(/^2 trees gave no example \(no-[a-z-]+: \d/),
        facts: { code: 'no-usable-pairs', kept: 'The trees.', wayOut: expect.stringContaining('easier questions') },
      });
    });

    it('tells that paths were cut where the model does not come to the end of a step', async () => {
      const { result, trees, warnings } = await search([EASY], { maxStepTokens: 4, maxAnswerTokens: 4 });
      expect(trees).toHaveLength(1);
      expect(result['truncated']).toBe(result['leaves']);
      expect(warnings[0]).toMatch(/(\d+) of \1 paths were cut before an answer/);
      expect(warnings[0]).toContain('Allow longer steps');
    });

    it('refuses token-guided search for a model without functional tokens, with a way out', async () => {
      await expect(search([EASY], { expander: 'sampled' })).rejects.toMatchObject({
        facts: { code: 'functional-tokens-missing', wayOut: expect.any(String) },
      });
    });

    it('saves what is half grown when a person pauses, and ends with the same trees', async () => {
      const config = { numSimulations: 6, concurrentTrees: 2 };
      const rows = [EASY, { ...EASY, id: 'again' }, { ...EASY, id: 'third' }];
      const whole = await search(rows, config);
      rmSync(join(folder, 'state'), { recursive: true, force: true });
      let asked = 0;
      const paused = await search(rows, config, () => (++asked > 5 ? 'pause' : null));
      expect(paused.outcome).toBe('paused');
      const rest = await search(rows, config);
      expect(rest.told.find((line) => line.includes('Going on'))).toMatch(/[12] trees are half grown/);
      expect(rest.result).toEqual(whole.result);
      const texts = (trees: typeof whole.trees) =>
        trees
          .map(({ questionId, nodes, simulations }) => ({
            questionId,
            simulations,
            texts: nodes.map(({ text }) => text),
          }))
          .toSorted((a, b) => a.questionId.localeCompare(b.questionId));
      expect(texts([...paused.trees, ...rest.trees])).toEqual(texts(whole.trees));
    });
  },
);
