import { afterEach, describe, expect, test } from 'vitest';
import { chooseLanguage, locale, resolveLanguage, translated } from './language';

afterEach(() => chooseLanguage('en', {}));

describe('the language of the window', () => {
  test('the system is followed as far as the window speaks its languages', () => {
    expect(resolveLanguage('system', ['fr-CA', 'de-AT', 'en'])).toBe('de');
    expect(resolveLanguage('system', ['fr'])).toBe('en');
    expect(resolveLanguage('en', ['de'])).toBe('en');
  });

  test('numbers follow the person’s own variant of the language', () => {
    chooseLanguage('de', {});
    expect(locale(['en-GB', 'de-CH'])).toBe('de-CH');
    expect(locale(['en-GB'])).toBe('de');
  });

  test('texts that were read before the language was chosen follow it', () => {
    const texts = translated('early', { word: 'word', list: { one: 'one' } });
    const { list } = texts;
    chooseLanguage('de', { early: { word: 'Wort', list: { one: 'eins' } } });
    expect([texts.word, list.one, Object.values({ ...texts.list })]).toEqual(['Wort', 'eins', ['eins']]);
  });

  test('what a translation lacks is said in English', () => {
    chooseLanguage('de', { page: { title: 'Titel', inner: { one: 'eins' } } });
    const texts = translated('page', { title: 'Title', inner: { one: 'one', two: (n: number) => `two ${n}` } });
    expect(texts.title).toBe('Titel');
    expect(texts.inner.one).toBe('eins');
    expect(texts.inner.two(2)).toBe('two 2');
  });
});
