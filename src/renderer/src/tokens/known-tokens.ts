import { useSyncExternalStore } from 'react';
import type { FunctionalToken } from '@core/tokens/functional-tokens';

/** Tokens beyond the eight that the open project knows, by name; empty where it has none. */
let own: ReadonlyMap<string, FunctionalToken> = new Map();
const listeners = new Set<() => void>();

/** Told what the open project has. The same tokens again change nothing. */
export function learnTokens(tokens: readonly FunctionalToken[]): void {
  if (JSON.stringify(tokens) === JSON.stringify([...own.values()])) return;
  own = new Map(tokens.map((token) => [token.name, token]));
  for (const tell of listeners) tell();
}

/** Tokens of the open project beyond the eight. */
export function knownTokens(): ReadonlyMap<string, FunctionalToken> {
  return own;
}

/** The same, for parts of a page that are on screen when a set is learned of. */
export function useKnownTokens(): ReadonlyMap<string, FunctionalToken> {
  return useSyncExternalStore(subscribe, knownTokens);
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
