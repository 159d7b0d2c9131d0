import { describe, expect, test } from 'vitest';
import { isTranslated, listOriginals } from '../lib/language';
import { de } from './de';

/** Reading every file of texts makes it known; the form's words come from the schemas. */
const TEXT_FILES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = import.meta.glob(
  ['../**/texts/*.ts', '../wizards/choices.ts', '../wizards/job-spec.ts', '../tokens/token-facts.ts'],
  { eager: true },
);

/** Every place of a tree of texts: `rail.states.ready`, with what stands there. */
function leavesOf(tree: unknown, at = ''): Map<string, unknown> {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return new Map([[at, tree]]);
  return new Map(
    Object.entries(tree).flatMap(([key, value]) => [...leavesOf(value, at === '' ? key : `${at}.${key}`)]),
  );
}

const english = leavesOf(Object.fromEntries(listOriginals()));
const german = leavesOf(de);

/** A setting's unit and the paper's value are translated only where they are words. */
const MAY_STAY = /^fields\..*\.(unit|paper)$/;

describe('German', () => {
  test('every file of texts takes part', () => {
    const strangers = Object.entries(TEXT_FILES)
      .filter(([path]) => path.includes('/texts/'))
      .filter(([, exports]) => !Object.values(exports).some(isTranslated));
    expect(strangers.map(([path]) => path)).toEqual([]);
  });

  test('says everything that English says', () => {
    expect(
      [...english.keys()].filter((place) => english.get(place) !== null && !german.has(place) && !MAY_STAY.test(place)),
    ).toEqual([]);
  });

  test('says nothing that English no longer says', () => {
    const isExtra = (place: string): boolean => !english.has(place) && !MAY_STAY.test(place);
    expect([...german.keys()].filter(isExtra)).toEqual([]);
  });

  test('a text that takes something takes the same number of things, and a phrase stays a phrase', () => {
    const wrong = [...german].filter(([place, text]) => {
      const original = english.get(place);
      // What the host says brings its own English.
      if (original === null) return false;
      if (typeof original === 'function') return typeof text !== 'function' || text.length > original.length;
      return original !== undefined && typeof text !== typeof original;
    });
    expect(wrong.map(([place]) => place)).toEqual([]);
  });

  test('blanks of sentences are the same', () => {
    const blanks = (text: unknown): string =>
      typeof text === 'string'
        ? [...text.matchAll(/\{\w+\}/g)]
            .map(([blank]) => blank)
            .toSorted()
            .join(' ')
        : '';
    expect([...german].filter(([place, text]) => blanks(text) !== blanks(english.get(place))).map(([p]) => p)).toEqual(
      [],
    );
  });
});
