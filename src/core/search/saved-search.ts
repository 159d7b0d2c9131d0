import { z } from 'zod';
import type { Question } from '../tasks/question';
import type { Slot } from './expand';
import { NO_PARENT, type SearchTree } from './tree';

const numbers = z.array(z.number());
const perhaps = z.array(z.number().nullable());
const flags = z.array(z.boolean());
const slot = z.object({
  kind: z.string(),
  prior: z.number().nullable(),
  logProb: z.number().nullable(),
  logQ: z.number().nullable(),
});

/** A search between two rounds of walks, as plain data: with the same model and settings it goes on as if nothing had happened. */
export const SavedSearch = z.object({
  questionId: z.string(),
  /** Fields of `SearchTree`, node by node; children follow from parents. */
  tree: z.object({
    parent: numbers,
    depth: numbers,
    kind: z.array(z.string()),
    text: z.array(z.string()),
    ids: z.array(numbers),
    logProbs: z.array(numbers),
    origin: z.array(z.array(z.enum(['sampled', 'chosen', 'given']))),
    visits: numbers,
    valueSum: numbers,
    prior: perhaps,
    logQ: perhaps,
    /** Trees that were saved before there were judges have none. */
    process: perhaps.default([]),
    isTerminal: flags,
    isTruncated: flags,
    isRight: z.array(z.boolean().nullable()),
    answer: z.array(z.string().nullable()),
    isExhausted: flags,
    tokenCount: numbers,
    logProbSum: perhaps,
    createdAtSimulation: numbers,
    simulations: z.array(z.object({ path: numbers, value: z.number() })),
  }),
  /** Unwritten steps of every expanded node. */
  slots: z.array(z.tuple([z.number().int(), z.array(slot)])),
  /** State of the stream of choices. */
  choices: numbers,
  chosenSoFar: z.number().int(),
  startedWalks: z.number().int(),
});
export type SavedSearch = z.infer<typeof SavedSearch>;

/** What a search holds beside its tree. */
export type SearchCursor = Omit<SavedSearch, 'questionId' | 'tree' | 'slots'> & {
  readonly slots: ReadonlyMap<number, readonly Slot[]>;
};

/** Shares arrays with the tree: to be written out before the search goes on. */
export function saveSearch({ question, ...tree }: SearchTree, cursor: SearchCursor): SavedSearch {
  // Arrays that are only written out may lose their `readonly`; children follow from parents.
  return {
    questionId: question.id,
    tree: { ...tree, children: undefined },
    ...cursor,
    slots: [...cursor.slots],
  } as unknown as SavedSearch;
}

/** The tree of a saved search. */
export function restoreTree(question: Question, { tree }: SavedSearch): SearchTree {
  const children = tree.parent.map((): number[] => []);
  tree.parent.forEach((parent, node) => {
    if (parent !== NO_PARENT) children[parent]!.push(node);
  });
  const process = tree.parent.map((_, node) => tree.process[node] ?? null);
  return { question, ...tree, process, children };
}
