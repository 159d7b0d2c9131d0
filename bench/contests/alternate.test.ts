import { createRng } from '@core/random/rng';
import { describe, expect, it } from 'vitest';
import { alternate, type Contestant } from './alternate';
import type { Contest } from './contest';

const PARTY = { worker: 'ours', command: {} } as const;
const CONTEST: Contest = {
  unit: 'tok/s',
  better: 'higher',
  processes: 'kept',
  parties: { mine: PARTY, a: PARTY, b: PARTY },
  rows: [{ case: 'c', sense: 'times better', goal: 1, ours: ['mine'], peer: ['a', 'b'] }],
};

/** Parties that write down what they are asked. */
function play(speeds: Record<string, number>, contest = CONTEST) {
  const calls: string[] = [];
  const open = async (name: string): Promise<Contestant> => {
    const speed = speeds[name];
    if (speed === undefined) throw new Error('is missing');
    return {
      warm: async () => void calls.push(`warm ${name}`),
      run: async () => {
        calls.push(`run ${name}`);
        if (speed < 0) throw new Error('ended with 1');
        return speed;
      },
      dispose: async () => void calls.push(`end ${name}`),
    };
  };
  const result = alternate({ contest, open, samples: 5, rng: createRng('order'), log: () => undefined });
  return result.then((parties) => ({ parties, calls }));
}

describe('alternate', () => {
  it('asks all parties in every round, each after a warm-up, in changing order', async () => {
    const { parties, calls } = await play({ mine: 3, a: 2, b: 2 });
    expect(Object.values(parties).map(({ samples }) => samples)).toEqual([
      Array(5).fill(3),
      Array(5).fill(2),
      Array(5).fill(2),
    ]);
    const runs = calls.filter((call) => call.startsWith('run '));
    for (const [at, call] of calls.entries())
      if (call.startsWith('run ')) expect(calls[at - 1]).toBe(call.replace('run', 'warm'));
    const rounds = Array.from({ length: 5 }, (_, round) => runs.slice(3 * round, 3 * round + 3));
    for (const round of rounds) expect(round.toSorted()).toEqual(['run a', 'run b', 'run mine']);
    expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(1);
    expect(calls.slice(-3).toSorted()).toEqual(['end a', 'end b', 'end mine']);
  });

  it('gives up a way that another one of its side leaves far behind', async () => {
    const { parties } = await play({ mine: 1, a: 10, b: 2 });
    expect([parties['a']?.samples.length, parties['b']?.samples.length]).toEqual([5, 1]);
    expect(parties['b']?.reason).toBe('is far behind at 2.00 tok/s');
    expect(parties['mine']?.samples.length).toBe(5);
  });

  it('goes on without a party that is missing or breaks', async () => {
    const { parties } = await play({ mine: 1, a: -1 });
    expect(parties).toEqual({
      mine: { samples: [1, 1, 1, 1, 1] },
      a: { samples: [], reason: 'ended with 1' },
      b: { samples: [], reason: 'is missing' },
    });
  });
});
