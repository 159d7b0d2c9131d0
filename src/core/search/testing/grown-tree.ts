import { createRng } from '../../random/rng';
import { answerVerifier } from '../../tasks/verifier';
import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import type { Expander, Slot } from '../expand';
import { growTree, type SearchContext } from '../mcts';
import { SearchConfigSchema, type SearchConfig } from '../search-config';
import type { SearchTree } from '../tree';

const WORDS = (
  'the number of apples in each box is twice what was left so we add both sides and divide by four then check that it holds ' +
  'for every case before taking the smaller root of the equation'
).split(' ');

/** Slots below a step: enough kinds to see every colour, and to reach ten thousand nodes. */
const SLOTS: Readonly<Record<string, readonly FunctionalTokenName[]>> = {
  question: ['clarify', 'analysis', 'subquestion', 'next_step', 'next_step', 'next_step', 'direct_answer'],
  clarify: ['analysis', 'next_step', 'next_step', 'subquestion', 'direct_answer'],
  analysis: ['next_step', 'next_step', 'subquestion', 'direct_answer'],
  subquestion: ['next_step', 'next_step', 'direct_answer'],
  next_step: ['next_step', 'next_step', 'subquestion', 'direct_answer'],
};

/** Writes steps of plain words by lot, so that the real search can grow a tree of any size without a model. */
export function createWordExpander(
  options: { readonly withPriors?: boolean; readonly ordered?: boolean } = {},
): Expander {
  const { withPriors = false, ordered = false } = options;
  return {
    ordered,
    questionIds: () => [],
    slots: async (tree, node, rng) => {
      const kinds = SLOTS[tree.kind[node]!] ?? ['direct_answer' as const];
      const weights = kinds.map(() => 0.1 + rng.next());
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return kinds.map((kind, i): Slot => ({
        kind,
        prior: withPriors ? weights[i]! / sum : null,
        logProb: null,
        logQ: null,
      }));
    },
    write: async (tree, node, slot, rng) => {
      const isLast = slot.kind === 'direct_answer' || tree.depth[node]! >= 9 || rng.next() < 0.06;
      const length = 6 + rng.integer(26);
      const words = Array.from({ length }, () => WORDS[rng.integer(WORDS.length)]!).join(' ');
      const answer = rng.next() < 0.3 ? 7 : 2 + rng.integer(5);
      return {
        kind: slot.kind,
        text: isLast ? `${words}. The answer is ${answer}.` : `${words} = ${rng.integer(90)}.`,
        ids: [],
        logProbs: [],
        origin: [],
        newTokens: length,
        logProbSum: -length / 3,
        isTerminal: isLast,
        isTruncated: false,
      };
    },
  };
}

/** A tree that the real search grew by lot: the same options, the same tree. `numSimulations` may go beyond what people can ask for. */
export async function growWordTree(
  options: Partial<SearchConfig> & { readonly id?: string } = {},
  hooks: Pick<SearchContext, 'onSimulation' | 'leafValue'> & { readonly expander?: Expander } = {},
): Promise<{ readonly tree: SearchTree; readonly config: SearchConfig }> {
  const { id = 'words', numSimulations = 64, seed = 1, ...rest } = options;
  const config = { ...SearchConfigSchema.parse({ maxDepth: 12, ...rest, seed }), numSimulations };
  const { expander = createWordExpander(), ...others } = hooks;
  const tree = await growTree(
    { id, prompt: 'How many apples are in the last box?', referenceAnswer: '7', source: '' },
    { config, expander, verifier: answerVerifier, rng: createRng(seed), ...others },
  );
  return { tree, config };
}
