import { z } from 'zod';
import { ACTIONS, type ActionId, type ActionRow } from './action-table';

/** Which key does what. */
export type Keys = Readonly<Record<ActionId, string>>;

export const DEFAULT_KEYS = Object.fromEntries(ACTIONS.map(({ id, key }) => [id, key])) as Keys; // one entry per row

/** Keys that a person changed; the rest is as delivered. */
export const ChangedKeys = z.partialRecord(
  z.enum(ACTIONS.map(({ id }) => id) as [ActionId, ...ActionId[]]), // there are rows
  z.string().min(1).max(12),
);
export type ChangedKeys = z.infer<typeof ChangedKeys>;

export function keysOf(changed: ChangedKeys): Keys {
  return { ...DEFAULT_KEYS, ...changed };
}

/** The other action that a key already belongs to where both are there at once, or null. */
export function ownerOfKey(keys: Keys, key: string, except: ActionRow): ActionId | null {
  const owner = ACTIONS.find(
    ({ id, scope }) => id !== except.id && keys[id] === key && (scope === except.scope || canMeet(scope, except.scope)),
  );
  return owner?.id ?? null;
}

/** The window and the project are there on every page. */
function canMeet(one: ActionRow['scope'], other: ActionRow['scope']): boolean {
  return one !== other && (one !== 'review' || other !== 'review');
}

/** Always there beside the letters. */
const ARROWS: Readonly<Record<string, ActionId>> = { ArrowDown: 'next', ArrowUp: 'previous' };

/** Actions that a chord means, among those that somebody performs now. */
export function actionOfKey(keys: Keys, chord: string, isOffered: (id: ActionId) => boolean): ActionId | null {
  const found = ACTIONS.find(({ id }) => keys[id] === chord && isOffered(id));
  if (found) return found.id;
  const arrow = ARROWS[chord];
  return arrow !== undefined && isOffered(arrow) ? arrow : null;
}

/** True when a chord begins keys that are pressed one after the other, e.g. `g`. */
export function isBeginning(keys: Keys, chord: string, isOffered: (id: ActionId) => boolean): boolean {
  return ACTIONS.some(({ id }) => keys[id].startsWith(`${chord} `) && isOffered(id));
}

/** What was pressed, in the notation of the table; null for a lone modifier. */
export function chordOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return null;
  if (event.altKey) return `Alt+${event.key}`;
  return event.ctrlKey || event.metaKey ? `Mod+${event.key.toLowerCase()}` : event.key;
}

/** A key as it is printed on a button. */
export function showKey(key: string, isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')): string {
  return key
    .split(/ (?=.)/)
    .map((part) => showPart(part, isMac))
    .join(' ');
}

function showPart(part: string, isMac: boolean): string {
  if (part === ' ') return 'Space';
  if (part.startsWith('Mod+')) return `${isMac ? '⌘' : 'Ctrl+'}${part.slice(4).toUpperCase()}`;
  if (part.length === 1 && part !== part.toLowerCase()) return `⇧${part}`;
  return part.length === 1 ? part.toUpperCase() : part;
}
