import { describe, expect, it } from 'vitest';
import { ENGINE_CONTESTS } from './contests';

/** The goals of the engine, by contest, in the order of its rows: each once. */
const GOALS = {
  'train-full': [1.8, 1],
  'train-lora': [1.8, 1],
  'train-tiny': [2.5],
  'step-gflops': [0.95],
  'memory-full': [0.6],
  'memory-lora': [0.33],
  'decode-1': [1.1, 5],
  'decode-8': [2.2, 3.5],
  'decode-32': [3, 3.5, 1.3, 2.5],
  adamw: [1],
  load: [4],
  size: [120],
};

describe('ENGINE_CONTESTS', () => {
  it('holds every goal of the engine once', () => {
    const goals = Object.entries(ENGINE_CONTESTS).map(([name, { rows }]) => [name, rows.map(({ goal }) => goal)]);
    expect(Object.fromEntries(goals)).toEqual(GOALS);
  });

  it('names each row once, and only parties of the same contest', () => {
    const names = Object.values(ENGINE_CONTESTS).flatMap(({ rows }) => rows.map((row) => row.case));
    expect(new Set(names).size).toBe(names.length);
    for (const { rows, parties } of Object.values(ENGINE_CONTESTS)) {
      const used = rows.flatMap(({ ours, peer }) => [...ours, ...peer]);
      expect(new Set(used)).toEqual(new Set(Object.keys(parties)));
    }
  });

  it('measures memory and starting in processes of their own, and speed in ones that stay', () => {
    const fresh = Object.entries(ENGINE_CONTESTS).filter(([, { processes }]) => processes === 'fresh');
    expect(fresh.map(([name]) => name)).toEqual(['memory-full', 'memory-lora', 'load', 'size']);
  });
});
