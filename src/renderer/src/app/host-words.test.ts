import { describe, expect, test } from 'vitest';
import { inWindowWords } from './host-words';

describe('words of the host', () => {
  test.each([
    'Import a model first.',
    '700 trees',
    '1 checkpoint',
    '1,234 examples',
    'fine-tuned, 3 runs',
    'about 4 minutes left',
    '2 to 5 minutes left',
    '12 of 40 questions',
    'Measured on the last 3 runs of this kind on this machine.',
    'Steps take up to 2048 tokens at once; blocks are kept for the backward pass.',
    '41 % ± 3',
    'something that nobody translated',
  ])('%s stays itself in English', (text) => expect(inWindowWords(text)).toBe(text));
});
