import { useEffect, useRef } from 'react';
import { useDraft } from '../../lib/use-draft';
import { actionOfKey, ChangedKeys, keysOf, type ReviewAction, type ReviewKeys } from './review-actions';

const AS_DELIVERED: ChangedKeys = {};

/** The reviewer's keys, kept by the host for every data set. */
export function useReviewKeys(): {
  readonly keys: ReviewKeys;
  readonly hasChanges: boolean;
  setKey(action: ReviewAction, key: string): void;
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

/** Runs the action of each key that is pressed outside of fields and dialogs. */
export function useKeyboard(keys: ReviewKeys, run: (action: ReviewAction) => void, isBlocked: boolean): void {
  const latest = useRef({ keys, run });
  latest.current = { keys, run };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog') !== null;
      if (isTyping || isBlocked || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = actionOfKey(latest.current.keys, event.key);
      if (action === null) return;
      event.preventDefault();
      latest.current.run(action);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isBlocked]);
}
