import { expect, it } from 'vitest';
import { fileNameOf, folderOf, joinPath } from './file-names';

it('suggests names that every file system takes', () => {
  expect(fileNameOf('Examples: 1/2 “good”', 'alpaca', 'parquet')).toBe('examples-1-2-good-alpaca.parquet');
  expect(fileNameOf('…', 'trl', 'jsonl')).toBe('data-trl.jsonl');
});

it('keeps to the sign of the folder', () => {
  expect(joinPath('/home/me', 'a.jsonl')).toBe('/home/me/a.jsonl');
  expect(joinPath('/', 'a.jsonl')).toBe('/a.jsonl');
  expect(joinPath('C:\\data', 'a.jsonl')).toBe('C:\\data\\a.jsonl');
  expect(folderOf('/home/me/a.jsonl')).toBe('/home/me');
  expect(folderOf('C:\\data\\a.jsonl')).toBe('C:\\data');
});
