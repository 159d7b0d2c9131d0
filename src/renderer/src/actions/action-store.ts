import type { ActionId } from './action-table';

/** What the parts of the window that are on screen can do now; the newest part comes first. */
export type Handlers = Partial<Readonly<Record<ActionId, () => void>>>;

interface Part {
  current: Handlers;
  /** True while keys belong to something else, e.g. an open editor. */
  isBlocked: boolean;
}

const parts: Part[] = [];

/** Makes a part's actions known until the returned function is called. */
export function offerActions(part: Part): () => void {
  parts.unshift(part);
  return () => {
    parts.splice(parts.indexOf(part), 1);
  };
}

/** @param byKey false asks for the palette, which is there even while keys are blocked */
export function isOffered(id: ActionId, byKey = true): boolean {
  return handlerOf(id, byKey) !== undefined;
}

export function runAction(id: ActionId, byKey = false): void {
  handlerOf(id, byKey)?.();
}

function handlerOf(id: ActionId, byKey: boolean): (() => void) | undefined {
  return parts.find((part) => part.current[id] !== undefined && !(byKey && part.isBlocked))?.current[id];
}
