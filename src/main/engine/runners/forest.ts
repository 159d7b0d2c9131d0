import { join } from 'node:path';
import { z } from 'zod';
import type { SavedSearch } from '@core/search/saved-search';
import { readJsonState, writeJsonAtomic } from '../run-state';
import { HalfGrownTrees, LAG_MS, type HalfGrownOptions } from './half-grown-trees';

/** What a search keeps of a finished tree, besides the tree itself in the store. */
const TreeSums = z.object({
  solved: z.number().int(),
  /** 1 where the tree has right and wrong answers. */
  mixed: z.number().int(),
  nodes: z.number().int(),
  tokens: z.number().int(),
  leaves: z.number().int(),
  truncated: z.number().int(),
  /** 1 where every path was cut. */
  stuck: z.number().int(),
});
export type TreeSums = z.infer<typeof TreeSums>;

/** By index of the question; null where it could not be searched. */
const ForestState = z.object({ done: z.array(z.tuple([z.number().int(), TreeSums.nullable()])) });

/**
 * The state of a search job: which questions are done, and every tree that is half grown. Trees stand by themselves, so any number of them may be
 * under way in any order; a process that is killed loses the walks of its last two seconds at most.
 */
export class Forest {
  readonly #folder: string;
  readonly #nowMs: () => number;
  readonly #trees: HalfGrownTrees;
  readonly #done = new Map<number, TreeSums | null>();
  /** Done since the state was written. */
  #fresh: number[] = [];
  #writtenMs: number;

  constructor(
    folder: string,
    warn: (message: string) => void,
    { nowMs = () => performance.now() }: HalfGrownOptions = {},
  ) {
    this.#folder = folder;
    this.#trees = new HalfGrownTrees(folder, warn, { nowMs });
    this.#nowMs = nowMs;
    this.#writtenMs = nowMs();
    const state = readJsonState(join(folder, 'forest.json'), (value) => ForestState.parse(value));
    for (const [index, sums] of state?.done ?? []) this.#done.set(index, sums);
  }

  /** Sums of the questions that are done. */
  get done(): ReadonlyMap<number, TreeSums | null> {
    return this.#done;
  }

  /** Trees that were half grown when the last process ended. */
  get halfGrown(): number {
    return this.#trees.names.length;
  }

  /** The tree of a question as it was last kept; null where it begins. */
  restore(index: number, questionId: string): SavedSearch | null {
    return this.#trees.restore(String(index), questionId);
  }

  /** Keeps a tree between two rounds of walks, now and then unless it must be now. */
  keep(index: number, save: () => SavedSearch, isUrgent: boolean): void {
    this.#trees.keep(String(index), save, isUrgent);
  }

  /** Notes that a question's tree is in the store. */
  finish(index: number, sums: TreeSums | null): void {
    this.#done.set(index, sums);
    this.#fresh.push(index);
    if (this.#nowMs() - this.#writtenMs >= LAG_MS) this.flush();
  }

  /** Writes what is done, then forgets half-grown trees of it. */
  flush(): void {
    writeJsonAtomic(join(this.#folder, 'forest.json'), { done: [...this.#done] });
    for (const index of this.#fresh) this.#trees.forget(String(index));
    this.#fresh = [];
    this.#writtenMs = this.#nowMs();
  }
}
