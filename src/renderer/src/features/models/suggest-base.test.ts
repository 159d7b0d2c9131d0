import { expect, it } from 'vitest';
import { suggestBase } from './suggest-base';

const known = [
  { name: 'workbook', path: '/data/runs/a/model' },
  { name: 'SmolLM2-135M', path: '/data/runs/b/model' },
  { name: 'mine', path: '/home/me/tiny-llama' },
];

it.each([
  ['HuggingFaceTB/SmolLM2-135M', 'SmolLM2-135M'],
  ['../../models/tiny-llama/', 'mine'],
  ['C:\\models\\TINY-LLAMA', 'mine'],
  // A run's folder is always called "model": the whole path decides.
  ['/data/runs/b/model', 'SmolLM2-135M'],
  ['meta-llama/Llama-3.2-1B', undefined],
  ['', undefined],
])('takes %s for %s', (path, expected) => {
  expect(suggestBase(path, known)?.name).toBe(expected);
});
