import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import { saveSearch, type SavedSearch } from '@core/search/saved-search';
import { createTree } from '@core/search/tree';
import { Forest } from './forest';
import { memoryWarning, sumsOf, warningsOf } from './search-sums';

const SUMS = { solved: 1, mixed: 1, nodes: 9, tokens: 40, leaves: 4, truncated: 1, stuck: 0 };
const saved = (id: string, startedWalks: number): SavedSearch =>
  saveSearch(createTree({ id, prompt: 'q', referenceAnswer: '1', source: '' }), {
    slots: new Map([[0, [{ kind: 'next_step', prior: 0.5, logProb: -1, logQ: null }]]]),
    choices: [...createRng(1).save()],
    chosenSoFar: startedWalks,
    startedWalks,
  });

let folder = '';
let now = 0;
let warnings: string[] = [];
const open = () => new Forest(folder, (message) => void warnings.push(message), { nowMs: () => now });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forest-'));
  now = 0;
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Forest', () => {
  it('keeps half-grown trees for the next process, now and then, and at once when asked to', () => {
    const forest = open();
    forest.keep(0, () => saved('a', 1), false);
    expect(open().halfGrown).toBe(0);
    now = 3000;
    forest.keep(0, () => saved('a', 2), false);
    now = 3500;
    forest.keep(0, () => saved('a', 3), false);
    forest.keep(1, () => saved('b', 7), true);
    const later = open();
    expect(later.halfGrown).toBe(2);
    expect(later.restore(0, 'a')).toEqual(saved('a', 2));
    expect(later.restore(1, 'b')?.startedWalks).toBe(7);
    expect(later.restore(1, 'another question')).toBeNull();
    expect(later.restore(2, 'c')).toBeNull();
  });

  it('forgets a half-grown tree only when the state says that it is done', () => {
    const forest = open();
    forest.keep(0, () => saved('a', 1), true);
    forest.finish(0, SUMS);
    expect(open().halfGrown).toBe(1);
    expect(open().done.size).toBe(0);
    now = 2500;
    forest.finish(1, null);
    const later = open();
    expect(later.halfGrown).toBe(0);
    expect([...later.done]).toEqual([
      [0, SUMS],
      [1, null],
    ]);
  });

  it('grows a tree anew whose file is damaged, and says so', () => {
    const forest = open();
    forest.keep(0, () => saved('a', 1), true);
    const path = join(folder, 'trees', '0.json');
    expect(existsSync(path)).toBe(true);
    writeFileSync(path, '{"questionId":"a","tree":{"par');
    expect(forest.restore(0, 'a')).toBeNull();
    writeFileSync(path, JSON.stringify({ ...saved('a', 1), choices: ['x'] }));
    expect(forest.restore(0, 'a')).toBeNull();
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('question a');
  });
});

describe('warningsOf', () => {
  it('tells with numbers what came of a search, and what to do', () => {
    expect(warningsOf(sumsOf([SUMS, SUMS]), 2)).toEqual([]);
    const none = warningsOf(sumsOf([{ ...SUMS, mixed: 0, solved: 0 }]), 1)[0]?.message;
    expect(none).toContain('of 1 trees 0 have a right answer');
    expect(none).toContain('easier questions');
    expect(warningsOf(sumsOf([{ ...SUMS, mixed: 0 }]), 1)[0]?.message).toContain('harder questions');
    expect(warningsOf(sumsOf([{ ...SUMS, truncated: 3 }]), 1)[0]?.message).toContain('3 of 4 paths were cut');
    expect(warningsOf(sumsOf([SUMS, SUMS, { ...SUMS, stuck: 1 }]), 3)[0]?.message).toContain(
      '1 of 3 trees has no path',
    );
    expect(warningsOf(sumsOf([SUMS, null]), 2)[0]?.message).toContain('1 of 2 questions');
    expect(sumsOf([SUMS, null])).toMatchObject({ trees: 1, leftOut: 1, nodes: 9 });
  });
});

describe('memoryWarning', () => {
  const stats = { prefilledTokens: 900, reusedTokens: 0, newTokens: 500, decodeSteps: 100, peakKvBytes: 1 };
  const kvBound = { bytes: 805_000_000, tokens: 17_500 };

  it('tells of trees that were larger than the memory, with numbers and what to do', () => {
    expect(memoryWarning({ ...stats, kvBound })).toBeNull();
    const warning = memoryWarning({ ...stats, kvBound, droppedTokens: 1234 });
    expect(warning).toMatch(/0\.81 GB or 17500 tokens: 1234 tokens were dropped/);
    expect(warning).toContain('fewer trees at once');
  });
});
