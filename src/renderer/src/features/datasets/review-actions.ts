import { z } from 'zod';
import { ErrorClass } from '@contracts/examples';

const ERROR_CLASSES = ErrorClass.options;

/** Everything a key does in the review, in the order of the help. A new row needs a word in the texts and a handler; neither compiles without. */
export const REVIEW_ACTIONS = [
  'accept',
  'reject',
  'reopen',
  'edit',
  'diff',
  'undo',
  'next',
  'previous',
  'select',
  'selectRange',
  'tag',
  'search',
  'help',
  ...ERROR_CLASSES.map((errorClass) => `class:${errorClass}` as const),
] as const;
export type ReviewAction = (typeof REVIEW_ACTIONS)[number];

/** As in the field: Argilla's and verl's keys where they agree. Error classes have the digits, in their order. */
const LETTERS: Readonly<Partial<Record<ReviewAction, string>>> = {
  accept: 'a',
  reject: 'r',
  reopen: 'o',
  edit: 'e',
  diff: 'd',
  undo: 'u',
  next: 'j',
  previous: 'k',
  select: 'x',
  selectRange: 'X',
  tag: 't',
  search: '/',
  help: '?',
};

/** Which key does what. */
export type ReviewKeys = Readonly<Record<ReviewAction, string>>;

export const DEFAULT_KEYS = Object.fromEntries(
  REVIEW_ACTIONS.map((action) => [action, LETTERS[action] ?? String(digitOf(action))]),
) as ReviewKeys; // every action has a row above or is an error class

/** Keys that a person changed; the rest is as delivered. */
export const ChangedKeys = z.partialRecord(z.enum(REVIEW_ACTIONS), z.string().min(1).max(12));
export type ChangedKeys = z.infer<typeof ChangedKeys>;

export function keysOf(changed: ChangedKeys): ReviewKeys {
  return { ...DEFAULT_KEYS, ...changed };
}

/** The other action that a key already belongs to, or null. */
export function ownerOfKey(keys: ReviewKeys, key: string, except: ReviewAction): ReviewAction | null {
  return REVIEW_ACTIONS.find((action) => action !== except && keys[action] === key) ?? null;
}

/** Always there beside the letters. */
const ARROWS: Readonly<Record<string, ReviewAction>> = { ArrowDown: 'next', ArrowUp: 'previous' };

export function actionOfKey(keys: ReviewKeys, key: string): ReviewAction | null {
  return REVIEW_ACTIONS.find((action) => keys[action] === key) ?? ARROWS[key] ?? null;
}

/** A key as it is printed on a button. */
export function showKey(key: string): string {
  if (key === ' ') return 'Space';
  return key.length === 1 && key !== key.toLowerCase() ? `⇧${key}` : key.length === 1 ? key.toUpperCase() : key;
}

function digitOf(action: ReviewAction): number {
  return 1 + ERROR_CLASSES.findIndex((errorClass) => action === `class:${errorClass}`);
}
