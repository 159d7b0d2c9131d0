/** Two windows changed the same draft. Nothing was overwritten; one of the two has to be chosen. */
export interface DraftConflict {
  readonly key: string;
  readonly takeTheirs: () => void;
  readonly keepMine: () => void;
}

let conflicts: readonly DraftConflict[] = [];
const listeners = new Set<() => void>();

/** A newer conflict over the same draft takes the place of the older one. */
export function reportConflict(conflict: DraftConflict): void {
  set([...conflicts.filter(({ key }) => key !== conflict.key), conflict]);
}

export function settleConflict(key: string): void {
  set(conflicts.filter((one) => one.key !== key));
}

export const draftConflicts = {
  get: (): readonly DraftConflict[] => conflicts,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function set(next: readonly DraftConflict[]): void {
  conflicts = next;
  for (const listener of listeners) listener();
}
