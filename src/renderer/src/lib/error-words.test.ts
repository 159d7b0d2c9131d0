import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '@core/error-codes';
import { WorkbenchError } from '@core/errors';
import { de } from '../languages/de';
import { errors } from '../languages/de/errors';
import { inWords } from './error-words';
import { chooseLanguage } from './language';

describe('an error in words', () => {
  test('brings its own in English', () => {
    chooseLanguage('en', {});
    const error = new WorkbenchError('conflict', 'It is under way.', {
      code: 'run-active',
      kept: 'It.',
      wayOut: 'Wait.',
    });
    expect(inWords(error)).toEqual({ what: 'It is under way.', where: undefined, kept: 'It.', wayOut: 'Wait.' });
  });

  test('is said by its code in German, with what it is about', () => {
    chooseLanguage('de', de);
    const details = { name: 'Bäume 1' };
    const error = new WorkbenchError('conflict', '"Bäume 1" is under way.', { code: 'run-active', details });
    expect(inWords(error)).toMatchObject({ what: '„Bäume 1“ ist im Gang.', wayOut: 'Brechen Sie ihn erst ab.' });
    chooseLanguage('en', {});
  });

  test('every code has German words, with and without what it is about', () => {
    const parts = {
      name: 'N',
      run: 'R',
      where: '/w',
      base: 'B',
      architecture: 'A',
      tokens: 1,
      maxContext: 2,
      status: 1,
    };
    for (const code of ERROR_CODES)
      for (const given of [parts, {}]) {
        const words = errors[code].map((part) => (typeof part === 'function' ? part(given) : part));
        expect(words[0], code).toMatch(/^.{10,}[.!?]$/s);
        for (const part of words) if (part !== undefined) expect(part, code).not.toMatch(/undefined|null|„“/);
      }
  });
});
