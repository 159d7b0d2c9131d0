import type { Generator } from '@core/generation/generator';
import { createRng } from '@core/random/rng';
import { growTree } from '@core/search/mcts';
import { SearchConfigSchema } from '@core/search/search-config';
import { pathIds, type SearchTree } from '@core/search/tree';
import { answerVerifier } from '@core/tasks/verifier';
import { createTrainer } from '@core/train/trainer';
import { createGenerator } from '@core/generation/generate';
import { createWasmAdamW } from '../../src/main/engine/adamw-wasm';
import { openLanguageModel, type LanguageModel } from '../../src/main/engine/language-model';
import { createWasmLogitsKernel } from '../../src/main/engine/logits-wasm';
import { OrtExecutor } from '../../src/main/engine/ort-executor';
import { createWasmQuantiser } from '../../src/main/engine/quantise-wasm';
import {
  GENERATOR_SETTINGS,
  peakMebibytes,
  settingsOf,
  timed,
  type BenchQuestion,
  type OurCommand,
  type PreparedTask,
  type Task,
} from '../contests/our-task';
import { drawWeights, SHAPES } from '../models';
import { countDistinct, createContinuation } from './continuation';
import { measureWaiting } from './waiting';

/** Our side of the search's contests, by the name that a command carries. */
export const SEARCH_TASKS: Readonly<Record<string, Task>> = {
  search: measureSearch,
  'search-memory': measureMemory,
  'plain-sampling': measurePlain,
  siblings: measureSiblings,
  'rl-step': measureRlStep,
  'waiting-share': measureWaiting,
};

const TEMPERATURE = 0.8;
const MAX_BATCH = 64;

/** What a search did. */
interface Grown {
  readonly trees: readonly SearchTree[];
  readonly seconds: number;
  readonly newTokens: number;
  readonly prefilledTokens: number;
}

/** Values that a search may be asked for. */
const MEASURES: Readonly<Record<string, (grown: Grown) => number>> = {
  'seconds per expansion': ({ trees, seconds }) => seconds / countExpansions(trees),
  'new tokens per second': ({ newTokens, seconds }) => newTokens / seconds,
  // A token is computed when its keys and values are: in prefilling, or when a step is fed with it.
  'computed tokens': ({ prefilledTokens, newTokens }) => prefilledTokens + newTokens,
  // The last token of a leaf is never fed.
  'distinct tokens': ({ trees }) =>
    countDistinct(
      trees.flatMap((tree) =>
        tree.children.map((list, node) => pathIds(tree, node).slice(0, list.length > 0 ? undefined : -1)),
      ),
    ),
};

async function measureSearch(command: OurCommand): Promise<PreparedTask> {
  const { model, generator } = await open(command);
  let grown: Grown | null = null;
  const measure = MEASURES[command.measure ?? ''];
  if (measure === undefined) throw new Error(`cannot measure "${command.measure}"`);
  return {
    warm: () => grow(model, generator, command, 1),
    run: async () => {
      grown = await grow(model, generator, command, command.rollouts ?? 16);
      return measure(grown);
    },
    about: () => (grown === null ? '' : describe(grown)),
  };
}

/** MiB of the process at its highest, the weights taken off. */
async function measureMemory(command: OurCommand): Promise<PreparedTask> {
  let grown: Grown | null = null;
  let bytes = 0;
  return {
    run: async () => {
      const { model, generator } = await open(command);
      grown = await grow(model, generator, command, command.rollouts ?? 16);
      bytes = model.parameters.names.reduce((sum, name) => sum + model.parameters.get(name).data.byteLength, 0);
      return peakMebibytes() - bytes / 2 ** 20;
    },
    about: () => (grown === null ? '' : describe(grown)),
  };
}

/** The same questions answered by as many plain samples as a tree has walks. */
async function measurePlain(command: OurCommand): Promise<PreparedTask> {
  const { model, generator } = await open(command);
  const { questions = [], rollouts = 16, depth = 6, newTokens = 64 } = command;
  const sample = async (paths: number, tokens: number): Promise<number> => {
    generator.clearCache();
    const before = generator.stats.newTokens;
    const milliseconds = await timed(() =>
      Promise.all(
        questions.flatMap(({ ids }, question) =>
          Array.from({ length: paths }, (_, path) =>
            generator.generate({
              prefixIds: ids,
              maxNewTokens: tokens,
              temperature: TEMPERATURE,
              stopIds: model.tokenizer.eosIds,
              rng: createRng(`plain:${question}:${path}`),
            }),
          ),
        ),
      ),
    );
    return ((generator.stats.newTokens - before) * 1000) / milliseconds;
  };
  return { warm: () => sample(2, 8), run: () => sample(rollouts, depth * newTokens) };
}

/** Tokens per second of several continuations of one long prompt, the prompt computed within the time. */
async function measureSiblings(command: OurCommand): Promise<PreparedTask> {
  const { generator } = await open(command);
  const { prompts = [], rows = 8, newTokens = 64 } = command;
  const prefixIds = prompts[0] ?? [];
  const write = async (count: number): Promise<number> => {
    generator.clearCache();
    const milliseconds = await timed(() =>
      Promise.all(
        Array.from({ length: rows }, (_, row) =>
          generator.generate({
            prefixIds,
            maxNewTokens: count,
            temperature: TEMPERATURE,
            stopIds: [],
            rng: createRng(`child:${row}`),
          }),
        ),
      ),
    );
    return (rows * count * 1000) / milliseconds;
  };
  return { warm: () => write(8), run: () => write(newTokens) };
}

/** Seconds of a whole GRPO step of the tiny model: prompts of 32 tokens, groups of 8, rewards, one update. */
async function measureRlStep(command: OurCommand): Promise<PreparedTask> {
  const { rows = 64, children: group = 8, length = 32, newTokens = 64 } = command;
  const config = SHAPES['tiny 3M'];
  const parameters = drawWeights(config);
  const executor = new OrtExecutor();
  const trainer = await createTrainer({
    config,
    parameters,
    executor,
    kernel: createWasmAdamW(),
    mode: { kind: 'full' },
    checkpointing: false,
    maxTokensPerMicroBatch: 1536,
  });
  const generator = createGenerator({
    config,
    parameters,
    executor,
    tokenizer: { decode: () => '' },
    maxBatch: rows,
    maxContext: length + newTokens,
    quantiser: createWasmQuantiser(),
    logitsKernel: createWasmLogitsKernel(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...settingsOf(GENERATOR_SETTINGS, command),
  });
  const rng = createRng('rl');
  const step = async (paths: number): Promise<void> => {
    generator.clearCache();
    const prompts = Array.from({ length: paths / group }, () =>
      Int32Array.from({ length }, () => 2 + rng.integer(config.vocabSize - 2)),
    );
    const texts = await Promise.all(
      prompts.flatMap((prefixIds, question) =>
        Array.from({ length: group }, (_, path) =>
          generator
            .generate({
              prefixIds,
              maxNewTokens: newTokens,
              temperature: 1,
              stopIds: [1],
              rng: rng.fork(`${question}:${path}`),
            })
            .then((result) => ({ prefixIds, result })),
        ),
      ),
    );
    const rewards = texts.map(({ result }) => (result.ids.reduce((sum, id) => sum + id, 0) % 7) / 7);
    const rowsOf = texts.map(({ prefixIds, result }) => ({
      ids: Int32Array.from([...prefixIds, ...result.ids]),
      weights: Float32Array.from({ length: length + result.ids.length }, (_, i) => (i < length ? 0 : 1)),
    }));
    const advantages = texts.map((_, i) => {
      const mine = rewards.slice(i - (i % group), i - (i % group) + group);
      const mean = mine.reduce((sum, value) => sum + value, 0) / group;
      const spread = Math.sqrt(mine.reduce((sum, value) => sum + (value - mean) ** 2, 0) / group);
      return ((rewards[i] ?? 0) - mean) / (spread + 1e-4);
    });
    const perToken = (value: (text: number, at: number) => number) =>
      rowsOf.map(({ ids }, text) => Float32Array.from(ids, (_, at) => (at < length ? 0 : value(text, at - length))));
    // Coarser weights wrote these texts: the ratios need the log-probabilities of the model that learns.
    const exact = (command.precision ?? 'fp32') === 'fp32' ? null : await trainer.logProbs(rowsOf);
    const oldLogProbs = exact ?? perToken((text, at) => texts[text]?.result.logProbs[at] ?? 0);
    await trainer.accumulate(rowsOf, {
      kind: 'policy',
      normaliser: rowsOf.reduce((sum, { weights }) => sum + weights.reduce((all, weight) => all + weight, 0), 0),
      oldLogProbs,
      refLogProbs: oldLogProbs,
      advantages: perToken((text) => advantages[text] ?? 0),
      clipLow: 0.2,
      clipHigh: 0.2,
      klCoefficient: 0,
      klEstimator: 'k3',
    });
    await trainer.step({
      learningRate: 1e-4,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weightDecay: 0,
      decay: 'matrices',
      clipNorm: 1,
    });
  };
  const steps = 3;
  return {
    warm: () => step(rows),
    run: async () => {
      const milliseconds = await timed(async () => {
        for (let i = 0; i < steps; i++) await step(rows);
      });
      return milliseconds / 1000 / steps;
    },
  };
}

async function open(command: OurCommand) {
  const model = await openLanguageModel(command.modelFolder ?? '', { executor: new OrtExecutor() });
  const generator = model.createGenerator({ maxBatch: MAX_BATCH, ...settingsOf(GENERATOR_SETTINGS, command) });
  return { model, generator };
}

/** Grows a tree for each of the command's questions, side by side, on an empty prefix cache. */
async function grow(model: LanguageModel, generator: Generator, command: OurCommand, rollouts: number): Promise<Grown> {
  const { questions = [], depth = 6, walks = 16, children = 8, newTokens = 64 } = command;
  const { tokenizer } = model;
  const config = SearchConfigSchema.parse({
    numSimulations: rollouts,
    maxDepth: depth,
    concurrentWalks: walks,
    temperature: TEMPERATURE,
    avoidDirectAnswer: false,
  });
  generator.clearCache();
  const before = generator.stats;
  const begin = performance.now();
  const trees = await Promise.all(
    questions.map((question, i) =>
      growTree(questionOf(question, i), {
        config,
        expander: createContinuation({
          generator,
          tokenizer,
          questionIds: question.ids,
          children,
          newTokens,
          temperature: TEMPERATURE,
        }),
        verifier: answerVerifier,
        rng: createRng(`question:${i}`),
      }),
    ),
  );
  const after = generator.stats;
  return {
    trees,
    seconds: (performance.now() - begin) / 1000,
    newTokens: after.newTokens - before.newTokens,
    prefilledTokens: after.prefilledTokens - before.prefilledTokens,
  };
}

function questionOf({ answer }: BenchQuestion, i: number) {
  return { id: String(i), prompt: '', referenceAnswer: answer, source: '' };
}

/** Nodes that were given children. */
function countExpansions(trees: readonly SearchTree[]): number {
  return trees.reduce((sum, tree) => sum + tree.children.filter((list) => list.length > 0).length, 0);
}

function describe({ trees, seconds, newTokens, prefilledTokens }: Grown): string {
  const walks = trees.reduce((sum, tree) => sum + tree.simulations.length, 0);
  return `${walks} rollouts, ${countExpansions(trees)} expansions, ${newTokens} new tokens, ${prefilledTokens} prefilled in ${seconds.toFixed(1)} s`;
}
