import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '@core/random/rng';
import { createPromptedExpander } from '@core/search/expanders/prompted';
import { growTree } from '@core/search/mcts';
import { SearchConfigSchema } from '@core/search/search-config';
import { answerVerifier } from '@core/tasks/verifier';
import { openLanguageModel } from '../src/main/engine/language-model';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { loadPromptSet } from '../src/main/engine/runners/prompt-folder';
import type { Measurement } from './row';

const MODEL = 'resources/models/workbook-2m';
const QUESTIONS = 'resources/questions/train.jsonl';
const REPETITIONS = 3;
const TREES = 64;

/** Nodes written per second by prompted search with the embedded model, 64 trees side by side, as the demo does. */
export async function measureSearch(log: (line: string) => void): Promise<Measurement[]> {
  if (!existsSync(join(MODEL, 'model.safetensors'))) {
    log(`search: ${MODEL} has no weights, left out`);
    return [];
  }
  const model = await openLanguageModel(MODEL, { executor: new OrtExecutor() });
  const generator = model.createGenerator({ maxBatch: TREES });
  const config = SearchConfigSchema.parse({
    promptSet: 'workbook',
    children: 'narrow',
    numSimulations: 8,
    temperature: 0.7,
  });
  const expander = createPromptedExpander({
    generator,
    tokenizer: model.tokenizer,
    prompts: loadPromptSet('resources/prompts', config.promptSet),
    config,
  });
  const questions = readFileSync(QUESTIONS, 'utf8')
    .trim()
    .split('\n')
    .slice(0, TREES * REPETITIONS)
    .map((line) => JSON.parse(line));
  const nodes: number[] = [];
  const tokens: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const before = generator.stats.newTokens;
    const begin = performance.now();
    const trees = await Promise.all(
      questions
        .slice(repetition * TREES, (repetition + 1) * TREES)
        .map(({ id, question, answer }) =>
          growTree(
            { id, prompt: question, referenceAnswer: String(answer), source: '' },
            { config, expander, verifier: answerVerifier, rng: createRng(id) },
          ),
        ),
    );
    const seconds = (performance.now() - begin) / 1000;
    nodes.push(trees.reduce((sum, tree) => sum + tree.parent.length, 0) / seconds);
    tokens.push((generator.stats.newTokens - before) / seconds);
  }
  await generator.dispose();
  return [
    { case: `search, embedded model, ${TREES} trees x 8 simulations`, unit: 'nodes/s', samples: nodes },
    { case: 'search, the same, written tokens', unit: 'tok/s', samples: tokens },
  ];
}
