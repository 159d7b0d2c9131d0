import { describe, expect, it } from 'vitest';
import { actionOfKey, ChangedKeys, DEFAULT_KEYS, keysOf, ownerOfKey, REVIEW_ACTIONS, showKey } from './review-actions';

describe('keys of the review', () => {
  it('differ from each other as delivered', () => {
    expect(new Set(Object.values(DEFAULT_KEYS)).size).toBe(REVIEW_ACTIONS.length);
    expect(DEFAULT_KEYS['class:unclosed-token']).toBe('1');
  });

  it('can be changed one by one', () => {
    const keys = keysOf({ accept: 'y' });
    expect(actionOfKey(keys, 'y')).toBe('accept');
    expect(actionOfKey(keys, 'a')).toBeNull();
    expect(actionOfKey(keys, 'ArrowDown')).toBe('next');
    expect(ownerOfKey(keys, 'r', 'accept')).toBe('reject');
    expect(ownerOfKey(keys, 'y', 'accept')).toBeNull();
  });

  it('that a newer version wrote are refused as a whole', () => {
    expect(ChangedKeys.safeParse({ accept: 'y' }).success).toBe(true);
    expect(ChangedKeys.safeParse({ dance: 'y' }).success).toBe(false);
  });

  it('are printed as they are pressed', () => {
    expect(['a', 'X', '?', ' ', 'Enter'].map(showKey)).toEqual(['A', '⇧X', '?', 'Space', 'Enter']);
  });
});
