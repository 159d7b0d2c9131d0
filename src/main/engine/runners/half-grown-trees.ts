import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SavedSearch } from '@core/search/saved-search';
import { readJsonState, writeAtomic } from '../run-state';

/** How long a saved tree may lag behind: what was done since is done again after a kill, with the same result. */
export const LAG_MS = 2000;

export interface HalfGrownOptions {
  readonly nowMs?: () => number;
}

/**
 * Trees between two rounds of walks, one file each below a run's state. A process that is killed loses the walks of a tree's last two seconds at
 * most. Written without waiting for the disk: a damaged file after a power cut is noticed, and the tree grown anew.
 */
export class HalfGrownTrees {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  readonly #nowMs: () => number;
  readonly #keptMs = new Map<string, number>();

  constructor(
    stateFolder: string,
    warn: (message: string) => void,
    { nowMs = () => performance.now() }: HalfGrownOptions = {},
  ) {
    this.#folder = join(stateFolder, 'trees');
    this.#warn = warn;
    this.#nowMs = nowMs;
  }

  /** Names of the trees that are kept. */
  get names(): readonly string[] {
    // There is no such folder before the first tree; one that cannot be read is an error.
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .map((file) => file.slice(0, -'.json'.length));
  }

  /** The tree of a question as it was last kept; null where it begins. */
  restore(name: string, questionId: string): SavedSearch | null {
    try {
      const saved = readJsonState(this.#pathOf(name), (value) => SavedSearch.parse(value));
      return saved?.questionId === questionId ? saved : null;
    } catch (error) {
      this.#warn(`The half-grown tree of question ${questionId} cannot be read and is grown anew: ${String(error)}`);
      return null;
    }
  }

  /** Keeps a tree between two rounds of walks, now and then unless it must be now. @returns whether it was written */
  keep(name: string, save: () => SavedSearch, isUrgent: boolean): boolean {
    const now = this.#nowMs();
    const last = this.#keptMs.get(name);
    if (last === undefined) this.#keptMs.set(name, now);
    if (!isUrgent && now - (last ?? now) < LAG_MS) return false;
    this.#keptMs.set(name, now);
    writeAtomic(this.#pathOf(name), new TextEncoder().encode(JSON.stringify(save())), false);
    return true;
  }

  /** Called when the run's state says that the tree is done, or will not be asked for again. */
  forget(name: string): void {
    this.#keptMs.delete(name);
    rmSync(this.#pathOf(name), { force: true });
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}
