import { ask, type AskParts } from '../../prompts/ask';
import type { PromptSet } from '../../prompts/prompt-set';
import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import type { Step } from '../../tokens/render';
import type { Expander, Slot } from '../expand';
import type { SearchConfig } from '../search-config';
import { pathTo, ROOT_INDEX, type NodeKind, type SearchTree } from '../tree';

type PromptedName = Extract<
  FunctionalTokenName,
  'clarify' | 'analysis' | 'subquestion' | 'next_step' | 'direct_answer'
>;
type ChildCounts = Readonly<Partial<Record<PromptedName, number>>>;

/** Children of a node by its kind. `paper`: 9, 7, 5, 3 and 5, as in its code. `narrow`: one of each kind but two next steps. */
export const CHILD_COUNTS: Readonly<
  Record<SearchConfig['children'], Readonly<Partial<Record<NodeKind, ChildCounts>>>>
> = {
  paper: {
    question: { clarify: 2, analysis: 2, subquestion: 2, next_step: 2, direct_answer: 1 },
    clarify: { analysis: 2, next_step: 2, direct_answer: 1, subquestion: 2 },
    analysis: { direct_answer: 1, next_step: 2, subquestion: 2 },
    subquestion: { direct_answer: 1, next_step: 2 },
    next_step: { next_step: 2, direct_answer: 1, subquestion: 2 },
  },
  narrow: {
    question: { clarify: 1, analysis: 1, subquestion: 1, next_step: 2, direct_answer: 1 },
    clarify: { analysis: 1, next_step: 2, subquestion: 1, direct_answer: 1 },
    analysis: { next_step: 2, subquestion: 1, direct_answer: 1 },
    subquestion: { next_step: 2, direct_answer: 1 },
    next_step: { next_step: 2, subquestion: 1, direct_answer: 1 },
  },
};

export interface PromptedExpanderParts extends AskParts {
  readonly config: SearchConfig;
}

/**
 * Prompt-guided expansion: every kind of step has a prompt, and the model needs to know no functional token. The last step before the
 * depth limit can only be a direct answer, so that paths end with an answer instead of being cut.
 */
export function createPromptedExpander(parts: PromptedExpanderParts): Expander {
  const { config, prompts } = parts;
  return {
    ordered: false,
    questionIds: () => [],

    async slots(tree, node) {
      if (tree.depth[node]! + 1 >= config.maxDepth) return [slotOf('direct_answer')];
      const counts = Object.entries(CHILD_COUNTS[config.children][tree.kind[node]!] ?? { direct_answer: 1 }) as [
        PromptedName,
        number,
      ][];
      const allowed = counts.filter(
        ([kind]) => config.rootDirectAnswer || node !== ROOT_INDEX || kind !== 'direct_answer',
      );
      return allowed.flatMap(([kind, count]) => Array.from({ length: count }, () => slotOf(kind)));
    },

    async write(tree, node, slot, rng, cancel) {
      const kind = slot.kind as PromptedName;
      const maxTokens = kind === 'direct_answer' ? config.maxAnswerTokens : config.maxStepTokens;
      const facts = { question: tree.question.prompt, steps: stepsTo(tree, node) };
      const written = await ask(parts, kind, facts, { temperature: config.temperature, maxTokens, rng, cancel });
      return {
        kind,
        text: written.text,
        ids: [],
        logProbs: [],
        origin: [],
        newTokens: written.newTokens,
        logProbSum: written.logProbSum,
        isTerminal: isLast(prompts, kind, written.text),
        isTruncated: written.isTruncated || written.text === '',
      };
    },
  };
}

/** The steps of a path as a list, the question left out. */
export function stepsTo(tree: SearchTree, node: number): Step[] {
  return pathTo(tree, node)
    .slice(1)
    .map((index) => ({ token: tree.kind[index] as FunctionalTokenName, text: tree.text[index]! }));
}

function isLast(prompts: PromptSet, kind: PromptedName, text: string): boolean {
  return kind === 'direct_answer' || (kind === 'next_step' && prompts.isFinal(text));
}

function slotOf(kind: PromptedName): Slot {
  return { kind, prior: null, logProb: null, logQ: null };
}
