import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '@core/ports';
import type { JobContext, StopRequest } from '../job-context';
import { addTo, workInRounds } from './rounds';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rounds-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The parts of a context that rounds use. */
function contextOf(stop: () => StopRequest | null = () => null): JobContext {
  const partial: Pick<JobContext, 'stateFolder' | 'cancel' | 'stopRequested' | 'log'> = {
    stateFolder: folder,
    cancel: NEVER_CANCELLED,
    stopRequested: stop,
    log: () => undefined,
  };
  // Holds because workInRounds reads nothing else of the context.
  return partial as JobContext;
}

const items = Array.from({ length: 10 }, (_, i) => i);

describe('workInRounds', () => {
  it('hands every item over once, in order', async () => {
    const seen: number[] = [];
    const { outcome } = await workInRounds(contextOf(), {
      items,
      roundSize: 4,
      work: async (round) => void seen.push(...round),
    });
    expect(outcome).toBe('finished');
    expect(seen).toEqual(items);
  });

  it('repeats only the round that was interrupted, with the sums from before it', async () => {
    const dying = workInRounds(contextOf(), {
      items,
      roundSize: 4,
      work: async (round, first, tally) => {
        addTo(
          tally,
          'sum',
          round.reduce((a, b) => a + b, 0),
        );
        if (first === 4) throw new Error('killed');
      },
    });
    await expect(dying).rejects.toThrow('killed');
    const firsts: number[] = [];
    const { tally } = await workInRounds(contextOf(), {
      items,
      roundSize: 7,
      work: async (round, first, sums) => {
        firsts.push(first);
        addTo(
          sums,
          'sum',
          round.reduce((a, b) => a + b, 0),
        );
      },
    });
    expect(firsts).toEqual([4, 8]);
    expect(tally['sum']).toBe(45);
  });

  it('pauses between rounds and goes on from there', async () => {
    let rounds = 0;
    const paused = await workInRounds(
      contextOf(() => (rounds >= 1 ? 'pause' : null)),
      { items, roundSize: 5, work: async () => void rounds++ },
    );
    expect(paused.outcome).toBe('paused');
    const finished = await workInRounds(contextOf(), { items, roundSize: 5, work: async () => void rounds++ });
    expect(finished.outcome).toBe('finished');
    expect(rounds).toBe(2);
  });
});
