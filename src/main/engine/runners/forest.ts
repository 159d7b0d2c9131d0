import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SavedSearch } from '@core/search/saved-search';
import { readJsonState, writeAtomic, writeJsonAtomic } from '../run-state';

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

/** How long the state may lag behind: what was done since is done again after a kill, with the same result. */
const LAG_MS = 2000;

/**
 * The state of a search job: which questions are done, and every tree that is half grown. Trees stand by themselves, so any number of them may be
 * under way in any order; a process that is killed loses the walks of its last two seconds at most.
 */
export class Forest {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  readonly #nowMs: () => number;
  readonly #done = new Map<number, TreeSums | null>();
  readonly #keptMs = new Map<number, number>();
  /** Done since the state was written. */
  #fresh: number[] = [];
  #writtenMs: number;

  constructor(
    folder: string,
    warn: (message: string) => void,
    { nowMs = () => performance.now() }: { readonly nowMs?: () => number } = {},
  ) {
    this.#folder = folder;
    this.#warn = warn;
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
    try {
      return readdirSync(join(this.#folder, 'trees')).filter((name) => name.endsWith('.json')).length;
    } catch {
      // There is no such folder before the first tree.
      return 0;
    }
  }

  /** The tree of a question as it was last kept; null where it begins. */
  restore(index: number, questionId: string): SavedSearch | null {
    try {
      const saved = readJsonState(this.#pathOf(index), (value) => SavedSearch.parse(value));
      return saved?.questionId === questionId ? saved : null;
    } catch (error) {
      // A power cut can leave a file half on the disk; the tree is grown again, with the same result.
      this.#warn(`The half-grown tree of question ${index + 1} cannot be read and is grown anew: ${String(error)}`);
      return null;
    }
  }

  /** Keeps a tree between two rounds of walks, now and then unless it must be now. */
  keep(index: number, save: () => SavedSearch, isUrgent: boolean): void {
    const now = this.#nowMs();
    const last = this.#keptMs.get(index);
    if (last === undefined) this.#keptMs.set(index, now);
    if (!isUrgent && now - (last ?? now) < LAG_MS) return;
    this.#keptMs.set(index, now);
    writeAtomic(this.#pathOf(index), new TextEncoder().encode(JSON.stringify(save())), false);
  }

  /** Notes that a question's tree is in the store. */
  finish(index: number, sums: TreeSums | null): void {
    this.#done.set(index, sums);
    this.#fresh.push(index);
    this.#keptMs.delete(index);
    if (this.#nowMs() - this.#writtenMs >= LAG_MS) this.flush();
  }

  /** Writes what is done, then forgets half-grown trees of it. */
  flush(): void {
    writeJsonAtomic(join(this.#folder, 'forest.json'), { done: [...this.#done] });
    for (const index of this.#fresh) rmSync(this.#pathOf(index), { force: true });
    this.#fresh = [];
    this.#writtenMs = this.#nowMs();
  }

  #pathOf(index: number): string {
    return join(this.#folder, 'trees', `${index}.json`);
  }
}
