import { useEffect, useRef } from 'react';
import { useDraft } from '../lib/use-draft';
import { isOffered, offerActions, runAction, type Handlers } from './action-store';
import type { ActionId } from './action-table';
import { actionOfKey, ChangedKeys, chordOf, isBeginning, keysOf, type Keys } from './keys';

const AS_DELIVERED: ChangedKeys = {};
/** Longest wait between the two keys of a sequence. */
const SEQUENCE_MS = 1200;

/** What this part of the window does for some of the registry's actions, while it is on screen. */
export function useActions(handlers: Handlers, { isBlocked = false }: { readonly isBlocked?: boolean } = {}): void {
  const part = useRef({ current: handlers, isBlocked });
  part.current.current = handlers;
  part.current.isBlocked = isBlocked;
  useEffect(() => offerActions(part.current), []);
}

/** A person's keys, kept by the host. The draft's name is that of the review's keys, which were there first. */
export function useKeys(): {
  readonly keys: Keys;
  readonly hasChanges: boolean;
  setKey(action: ActionId, key: string): void;
  reset(): void;
} {
  const draft = useDraft('review-keys', ChangedKeys, AS_DELIVERED);
  return {
    keys: keysOf(draft.value),
    hasChanges: Object.keys(draft.value).length > 0,
    setKey: (action, key) => draft.update((changed) => ({ ...changed, [action]: key })),
    reset: draft.clear,
  };
}

/** Runs the action of each key that is pressed outside of fields and dialogs. Once in a window. */
export function useKeyboard(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let begun: { readonly chord: string; readonly atMs: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      const chord = chordOf(event);
      if (chord === null || event.defaultPrevented || event.isComposing) return;
      const inside = event.target instanceof HTMLElement ? event.target : null;
      // A dialog keeps its keys; a field keeps all but those with Ctrl.
      if (inside?.closest('dialog[open]')) return;
      const isTyping = inside?.closest('input, textarea, select, [contenteditable=true]') !== null && inside !== null;
      if (isTyping && !chord.startsWith('Mod+')) return;
      const whole = begun && event.timeStamp - begun.atMs < SEQUENCE_MS ? `${begun.chord} ${chord}` : chord;
      begun = null;
      const action = actionOfKey(latest.current, whole, isOffered) ?? actionOfKey(latest.current, chord, isOffered);
      if (action !== null) {
        event.preventDefault();
        runAction(action, true);
      } else if (isBeginning(latest.current, chord, isOffered)) {
        begun = { chord, atMs: event.timeStamp };
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
