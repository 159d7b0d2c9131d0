import { describe, expect, it } from 'vitest';
import type { Contest, Sense } from './contest';
import { formatScores, scoreContest, type ContestResult } from './score';

function contest(better: 'higher' | 'lower', sense: Sense, goal: number, peer = ['peer']): Contest {
  return {
    unit: 'u',
    better,
    processes: 'kept',
    parties: {},
    rows: [{ case: 'c', sense, goal, ours: ['mine'], peer }],
  };
}

function scoreOne(of: Contest, result: ContestResult) {
  const [row] = scoreContest(of, result);
  if (row === undefined) throw new Error('There is no row.');
  return row;
}

describe('scoreContest', () => {
  it('says how many times better ours is, where more is better', () => {
    const row = scoreOne(contest('higher', 'times better', 1.8), {
      mine: { samples: [30, 10, 20] },
      peer: { samples: [5, 15, 10] },
    });
    expect(row).toMatchObject({ ours: 20, peer: 10, ratio: 2, goal: 1.8, met: true, min: 10, max: 30, peerMin: 5 });
  });

  it('says how many times better ours is, where less is better', () => {
    const row = scoreOne(contest('lower', 'times better', 4), { mine: { samples: [2] }, peer: { samples: [6] } });
    expect([row.ratio, row.met]).toEqual([3, false]);
  });

  it('divides ours by the peer for a share, and meets its goal from below', () => {
    const of = contest('lower', 'share', 0.6);
    const met = scoreOne(of, { mine: { samples: [2] }, peer: { samples: [4] } });
    const missed = scoreOne(of, { mine: { samples: [3] }, peer: { samples: [4] } });
    expect([met.ratio, met.met, missed.ratio, missed.met]).toEqual([0.5, true, 0.75, false]);
  });

  it('compares ours itself with the goal where there is no peer', () => {
    const row = scoreOne(contest('lower', 'at most', 120, []), { mine: { samples: [103] } });
    expect([row.ours, row.peer, row.ratio, row.met]).toEqual([103, null, null, true]);
  });

  it('leaves the verdict open when a peer is missing, and says why', () => {
    const row = scoreOne(contest('higher', 'times better', 2), {
      mine: { samples: [1] },
      peer: { samples: [], reason: 'is missing: no Python' },
    });
    expect([row.ours, row.peer, row.ratio, row.met, row.note]).toEqual([
      1,
      null,
      null,
      null,
      'peer is missing: no Python',
    ]);
    expect(formatScores([row])).toContain('is missing');
  });

  it('takes the best of several by the median, but none that was given up early', () => {
    const row = scoreOne(contest('higher', 'times better', 1, ['slow', 'fast', 'gone']), {
      mine: { samples: [10, 10] },
      slow: { samples: [2, 4] },
      fast: { samples: [4, 6] },
      gone: { samples: [99], reason: 'ended with 1' },
    });
    expect([row.peer, row.ratio, row.note]).toEqual([5, 2, 'peer: fast; gone ended with 1']);
  });
});
