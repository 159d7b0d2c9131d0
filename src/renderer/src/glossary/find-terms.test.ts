import { describe, expect, test } from 'vitest';
import { findTerms } from './find-terms';
import { glossary } from './texts/en';

describe('terms in a text', () => {
  test('the first mention of each is marked, the longest form first, and nothing is lost', () => {
    const text = 'KL keeps functional tokens; the KL weight and entropy follow.';
    const parts = findTerms(text);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.filter(({ term }) => term).map(({ text: word, term }) => [word, term])).toEqual([
      ['KL', 'kl'],
      ['functional tokens', 'functionalToken'],
      ['entropy', 'entropy'],
    ]);
  });

  test('words inside other words are left alone', () => {
    expect(findTerms('lossless, rewarded, seedling').every(({ term }) => term === null)).toBe(true);
  });

  test('no form belongs to two terms', () => {
    const forms = Object.values(glossary).flatMap((entry) => entry.forms.map((form) => form.toLowerCase()));
    expect(new Set(forms).size).toBe(forms.length);
  });
});
