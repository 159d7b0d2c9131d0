import type { CancelToken, Rng } from '@core/ports';
import { createSampledExpander } from '@core/search/expanders/sampled';
import { growTree } from '@core/search/mcts';
import { restoreTree, type SavedSearch } from '@core/search/saved-search';
import type { Expander } from '@core/search/expand';
import { SearchConfigSchema, type SearchConfig } from '@core/search/search-config';
import type { SearchTree } from '@core/search/tree';
import type { Outcome } from '@core/rewards/reward';
import type { Question } from '@core/tasks/question';
import { answerVerifier } from '@core/tasks/verifier';
import { createGrammar, type Grammar } from '@core/tokens/grammar';
import { tokenSetOf } from '@core/tokens/token-ids';
import type { RlConfig } from '@core/train/rl/rl-config';
import { isGivenUp } from '@core/train/rl/settled';
import { sampledTrajectory, treeTrajectories, type Trajectory } from '@core/train/rl/trajectories';
import type { HalfGrownTrees } from './half-grown-trees';
import type { JobModel } from './open-model';

/** Where the half-grown trees of an iteration are kept. */
export interface KeptTrees {
  readonly trees: HalfGrownTrees;
  readonly iteration: number;
  /** Tokens of trees that an earlier process wrote; counted here. */
  restoredTokens: number;
}

interface Exploration {
  readonly kept: KeptTrees;
  readonly model: JobModel;
  readonly config: RlConfig;
  readonly grammar: Grammar;
  readonly cancel: CancelToken;
  /** Called for each path that was written by itself. */
  readonly onPath?: () => void;
}

type ExploreQuestion = (exploration: Exploration, question: Question, rng: Rng, name: string) => Promise<Trajectory[]>;

/** Ways to explore one question, by the setting `exploration`. */
const EXPLORERS: Readonly<Record<RlConfig['exploration'], ExploreQuestion>> = {
  tree: exploreByTree,
  independent: exploreIndependently,
};

/** Names of the trees of one iteration begin alike, so that they can be told from those of another. */
const prefixOf = ({ iteration }: KeptTrees): string => `${iteration}-`;

/** Forgets the trees of an iteration whose update has been made. */
export function forgetTrees(kept: KeptTrees): void {
  for (const name of kept.trees.names) if (name.startsWith(prefixOf(kept))) kept.trees.forget(name);
}

/** Paths to answers of every question, all questions side by side. Trees that a killed process left half grown go on from there. */
export async function explore(
  model: JobModel,
  config: RlConfig,
  questions: readonly Question[],
  rng: Rng,
  cancel: CancelToken,
  onQuestion: () => void,
  kept: KeptTrees,
): Promise<Trajectory[]> {
  const grammar = createGrammar({ set: tokenSetOf(model.tokenizer), maxDepth: config.maxDepth });
  const exploration: Exploration = { model, config, grammar, cancel, kept };
  const lists = await Promise.all(
    questions.map(async (question, index) => {
      // A question that the model cannot read teaches nothing.
      const found = canRead(model, question)
        ? await EXPLORERS[config.exploration](
            exploration,
            question,
            rng.fork(`question:${question.id}`),
            `${prefixOf(kept)}${index}`,
          )
        : [];
      onQuestion();
      return found;
    }),
  );
  return lists.flat();
}

function canRead({ tokenizer, generator }: JobModel, { prompt }: Question): boolean {
  const ids = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
  return ids.length < generator.maxContext;
}

async function exploreByTree(
  { model, config, grammar, cancel, kept }: Exploration,
  question: Question,
  rng: Rng,
  name: string,
): Promise<Trajectory[]> {
  const tokens = model.requireTokens();
  const { search, expander } = exploringSearch(model, config, grammar, question);
  const isWorthIt = (grown: SearchTree) =>
    !isGivenUp(
      grown.simulations.map(({ path }) => endOf(grown, path.at(-1)!)),
      config,
    );
  const { trees } = kept;
  const saved = trees.restore(name, question.id);
  kept.restoredTokens += saved?.tree.tokenCount.reduce((sum, tokens) => sum + tokens, 0) ?? 0;
  let isKept = saved !== null;
  let last: (() => SavedSearch) | null = null;
  const grow = () =>
    growTree(question, {
      ...{ config: search, expander, verifier: answerVerifier, rng, cancel },
      ...(saved && { saved }),
      betweenRounds: (save, grown) => {
        last = save;
        isKept = trees.keep(name, save, false) || isKept;
        return isWorthIt(grown);
      },
    });
  const restored = saved && restoreTree(question, saved);
  const tree = restored !== null && !isWorthIt(restored) ? restored : await grow();
  // A tree of which a part is kept is kept whole: what is written after a kill would have other last bits than what was written before.
  if (isKept && last !== null) trees.keep(name, last, true);
  return treeTrajectories(tree, { tokenizer: model.tokenizer, tokens, grammar, ...config });
}

/** The search that explores one question by a tree. */
export function exploringSearch(
  model: JobModel,
  config: RlConfig,
  grammar: Grammar,
  question: Question,
): { readonly search: SearchConfig; readonly expander: Expander } {
  const search = SearchConfigSchema.parse({
    expander: 'sampled',
    numSimulations: config.pathsPerQuestion,
    maxDepth: config.maxDepth,
    temperature: config.temperature,
    explorationWeight: config.explorationWeight,
    selectionRule: config.selectionRule,
    explorationSchedule: config.explorationSchedule,
    slotOrder: config.slotOrder,
    minPrior: config.minPrior,
    maxStepTokens: config.maxStepTokens,
    maxAnswerTokens: config.maxStepTokens,
    maxPathTokens: Math.max(32, model.tokenizer.encode(question.prompt).length * 2 + config.maxNewTokens),
    // Walks of a tree go in small rounds, so that few trees fill the model's batches too.
    concurrentWalks: 4,
    avoidDirectAnswer: false,
    rootDirectAnswer: false,
  });
  const expander = createSampledExpander({
    ...model,
    maxContext: model.language.config.maxPositions,
    tokens: model.requireTokens(),
    grammar,
    config: search,
  });
  return { search, expander };
}

function endOf(tree: SearchTree, leaf: number): Outcome {
  return { answer: tree.answer[leaf] ?? null, isRight: tree.isRight[leaf] === true };
}

/** Paths of one question, each written by itself. */
export async function exploreIndependently(
  { model, config, grammar, cancel, onPath }: Omit<Exploration, 'kept'>,
  question: Question,
  rng: Rng,
): Promise<Trajectory[]> {
  const { tokenizer, generator, tokens } = model;
  const chat = tokenizer.encodeChat([{ role: 'user', content: question.prompt }], { addGenerationPrompt: true });
  const prefixIds = [...chat, ...(config.responsePrefix === '' ? [] : tokenizer.encode(config.responsePrefix))];
  const isHeld = tokens !== null && config.constrained;
  const writePaths = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => writePath(from + i)));
  const writePath = async (path: number): Promise<Trajectory> => {
    const result = await generator.generate({
      prefixIds,
      maxNewTokens: config.maxNewTokens,
      temperature: config.temperature,
      stopIds: tokenizer.eosIds,
      ...(isHeld && { constraint: model.responseConstraint() }),
      rng: rng.fork(`path:${path}`),
      cancel,
    });
    onPath?.();
    return sampledTrajectory(question, prefixIds, result, { tokenizer, tokens, grammar, verifier: answerVerifier });
  };
  const { pathsPerQuestion, settledAfter } = config;
  const first = await writePaths(0, Math.min(pathsPerQuestion, settledAfter ?? pathsPerQuestion));
  return isGivenUp(first, config) ? first : [...first, ...(await writePaths(first.length, pathsPerQuestion))];
}
