import { ask, type AskParts } from '../../prompts/ask';
import { createGrammar, stateAfter, type Grammar, type GrammarState } from '../../tokens/grammar';
import type { Step } from '../../tokens/render';
import { tokenSetOf } from '../../tokens/token-ids';
import type { TokenRole } from '../../tokens/token-roles';
import type { TokenSet } from '../../tokens/token-set';
import type { Expander, Slot } from '../expand';
import type { SearchConfig } from '../search-config';
import { pathTo, ROOT_INDEX, type SearchTree } from '../tree';

/** Roles that a prompt can write; the others enter by merging. */
const PROMPTED_ROLES = ['clarify', 'analysis', 'subquestion', 'next_step', 'direct_answer'] as const;
type PromptedRole = (typeof PROMPTED_ROLES)[number];
type ChildCounts = Readonly<Partial<Record<PromptedRole, number>>>;

/** Children of a node by its role. `paper`: 9, 7, 5, 3 and 5, as in its code. `narrow`: one of each kind but two next steps. */
export const CHILD_COUNTS: Readonly<
  Record<SearchConfig['children'], Readonly<Partial<Record<'question' | TokenRole, ChildCounts>>>>
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
 * Prompt-guided expansion: every role of a step has a prompt, and the model needs to know no functional token. The last step before the
 * depth limit can only be a whole answer where the set has one, so that paths end with an answer instead of being cut.
 */
export function createPromptedExpander(parts: PromptedExpanderParts): Expander {
  const { config, prompts, tokenizer } = parts;
  const set = tokenSetOf(tokenizer);
  const grammar = createGrammar({ set, rootDirectAnswer: config.rootDirectAnswer });
  return {
    ordered: false,
    tokenSet: set,
    questionIds: () => [],

    async slots(tree, node) {
      return childrenOf(tree, node, grammar, config).map(slotOf);
    },

    async write(tree, node, slot, rng, cancel) {
      const role = promptedRole(set, slot.kind);
      const maxTokens = role === 'direct_answer' ? config.maxAnswerTokens : config.maxStepTokens;
      const facts = { question: tree.question.prompt, steps: stepsTo(tree, node) };
      const written = await ask(parts, role, facts, { temperature: config.temperature, maxTokens, rng, cancel });
      const isTerminal = role === 'direct_answer' || (role === 'next_step' && prompts.isFinal(written.text));
      // An own grammar may leave no way on that a prompt could write: the path ends there without an answer.
      const isStuck =
        !isTerminal && wayOn(grammar.after(stateOf(tree, node, grammar), slot.kind), grammar).length === 0;
      return {
        kind: slot.kind,
        text: written.text,
        ids: [],
        logProbs: [],
        origin: [],
        newTokens: written.newTokens,
        logProbSum: written.logProbSum,
        isTerminal,
        isTruncated: written.isTruncated || written.text === '' || isStuck,
      };
    },
  };
}

/** The steps of a path as a list, the question left out. */
export function stepsTo(tree: SearchTree, node: number): Step[] {
  return pathTo(tree, node)
    .slice(1)
    .map((index) => ({ token: tree.kind[index]!, text: tree.text[index]! }));
}

/** Names of the children of a node, each as often as it is tried; never empty. */
function childrenOf(tree: SearchTree, node: number, grammar: Grammar, config: SearchConfig): string[] {
  const { set } = grammar;
  const legal = wayOn(stateOf(tree, node, grammar), grammar);
  const last = lastSteps(legal, set);
  if (tree.depth[node]! + 1 >= config.maxDepth) return [...last];
  const role = node === ROOT_INDEX ? 'question' : (set.roleOf(tree.kind[node]!) ?? 'next_step');
  const counts = CHILD_COUNTS[config.children][role] ?? { direct_answer: 1 };
  // The order of the table first, since the choice among children is by position; then what an own grammar allows beside it.
  const inTable = Object.keys(counts) as PromptedRole[];
  const roles = [...inTable, ...PROMPTED_ROLES.filter((each) => !inTable.includes(each))];
  const children = roles.flatMap((each) =>
    set
      .withRole(each)
      .filter((name) => legal.includes(name))
      .flatMap((name) => Array.from({ length: counts[each] ?? 1 }, () => name)),
  );
  return children.length > 0 ? children : [...last];
}

/** What may end a path: a whole answer if it is legal, else a step of work. A set without either was refused before the run. */
function lastSteps(legal: readonly string[], set: TokenSet): readonly string[] {
  const [answers, steps] = [set.withRole('direct_answer'), set.withRole('next_step')];
  const isLegal = (name: string) => legal.includes(name);
  return [answers.filter(isLegal), steps.filter(isLegal), answers, steps].find((list) => list.length > 0) ?? legal;
}

/** Names that may follow and that a prompt can write. */
function wayOn(state: GrammarState, grammar: Grammar): string[] {
  return grammar.legal(state).filter((name) => isPrompted(grammar.set.roleOf(name)));
}

function stateOf(tree: SearchTree, node: number, grammar: Grammar): GrammarState {
  return stateAfter(
    grammar,
    pathTo(tree, node)
      .slice(1)
      .map((index) => tree.kind[index]!),
  );
}

function promptedRole(set: TokenSet, name: string): PromptedRole {
  const role = set.roleOf(name);
  return isPrompted(role) ? role : 'next_step';
}

function isPrompted(role: TokenRole | null): role is PromptedRole {
  return (PROMPTED_ROLES as readonly (TokenRole | null)[]).includes(role);
}

function slotOf(kind: string): Slot {
  return { kind, prior: null, logProb: null, logQ: null };
}
