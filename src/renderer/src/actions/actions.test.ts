import { describe, expect, it } from 'vitest';
import { isOffered, offerActions, runAction } from './action-store';
import { ACTIONS } from './action-table';
import { actionOfKey, ChangedKeys, chordOf, DEFAULT_KEYS, isBeginning, keysOf, ownerOfKey, showKey } from './keys';
import { matchScore } from './match';

const rowOf = (id: string) => ACTIONS.find((row) => row.id === id)!;
const all = () => true;

describe('keys', () => {
  it('differ from each other as delivered, and none is the beginning of another', () => {
    const given = ACTIONS.map(({ key }) => key).filter(Boolean);
    expect(new Set(given).size).toBe(given.length);
    expect(given.filter((key) => given.some((other) => other.startsWith(`${key} `)))).toEqual([]);
    expect(DEFAULT_KEYS['class:unclosed-token']).toBe('1');
  });

  it('can be changed one by one', () => {
    const keys = keysOf({ accept: 'y' });
    expect(actionOfKey(keys, 'y', all)).toBe('accept');
    expect(actionOfKey(keys, 'a', all)).toBeNull();
    expect(actionOfKey(keys, 'ArrowDown', all)).toBe('next');
    expect(ownerOfKey(keys, 'r', rowOf('accept'))).toBe('reject');
    expect(ownerOfKey(keys, 'Mod+k', rowOf('accept'))).toBe('palette');
    expect(ownerOfKey(keys, 'y', rowOf('accept'))).toBeNull();
  });

  it('mean only what somebody offers', () => {
    expect(actionOfKey(DEFAULT_KEYS, 'a', () => false)).toBeNull();
    expect(actionOfKey(DEFAULT_KEYS, 'g m', all)).toBe('goModel');
    expect(isBeginning(DEFAULT_KEYS, 'g', all)).toBe(true);
    expect(isBeginning(DEFAULT_KEYS, 'g', () => false)).toBe(false);
  });

  it('that a newer version wrote are refused as a whole', () => {
    expect(ChangedKeys.safeParse({ accept: 'y' }).success).toBe(true);
    expect(ChangedKeys.safeParse({ dance: 'y' }).success).toBe(false);
  });

  it('are read and printed as they are pressed', () => {
    const press = { ctrlKey: false, metaKey: false, altKey: false };
    expect(chordOf({ ...press, key: 'K', ctrlKey: true })).toBe('Mod+k');
    expect(chordOf({ ...press, key: 'Shift' })).toBeNull();
    expect(['a', 'X', '?', ' ', 'g m', 'Mod+k'].map((key) => showKey(key, false))).toEqual([
      'A',
      '⇧X',
      '?',
      'Space',
      'G M',
      'Ctrl+K',
    ]);
  });
});

describe('what the window can do', () => {
  it('is said by the newest part, as long as it is there; a blocked part keeps its palette', () => {
    const done: string[] = [];
    const below = { current: { undo: () => void done.push('below') }, isBlocked: false };
    const above = { current: { undo: () => void done.push('above') }, isBlocked: false };
    const goneBelow = offerActions(below);
    const goneAbove = offerActions(above);
    runAction('undo');
    above.isBlocked = true;
    runAction('undo', true);
    runAction('undo');
    goneAbove();
    goneBelow();
    expect(done).toEqual(['above', 'below', 'above']);
    expect(isOffered('undo')).toBe(false);
  });
});

describe('finding by name', () => {
  it('the beginning beats a word, a word beats its middle, letters in order come last', () => {
    const names = ['Go to Trees', 'Trees 3', 'Streets', 'Test, after exploring', 'Model'];
    const ranked = names.map((name) => [name, matchScore(name, 'tre')] as const).filter(([, score]) => score > 0);
    expect(ranked.toSorted((a, b) => b[1] - a[1]).map(([name]) => name)).toEqual([
      'Trees 3',
      'Go to Trees',
      'Streets',
      'Test, after exploring',
    ]);
  });
});
