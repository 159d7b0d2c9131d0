import { describe, expect, it } from 'vitest';
import { formatRows, rowOf } from './row';

describe('rowOf', () => {
  it('takes medians, and turns the ratio and the goal around where lower is better', () => {
    expect(rowOf({ case: 'a', unit: 'tok/s', samples: [30, 10, 20], peerSamples: [5, 15], goal: 25 })).toEqual({
      case: 'a',
      ours: 20,
      peer: 10,
      ratio: 2,
      unit: 'tok/s',
      goal: 25,
      met: false,
      min: 10,
      max: 30,
    });
    const lower = rowOf({ case: 'b', unit: 's', samples: [2, 4], better: 'lower', peerSamples: [6], goal: 3 });
    expect([lower.ratio, lower.met]).toEqual([2, true]);
  });

  it('leaves out what was not measured', () => {
    const row = rowOf({ case: 'c', unit: 'MB', samples: [7] });
    expect([row.peer, row.ratio, row.goal, row.met]).toEqual([null, null, null, null]);
    expect(formatRows([row])).toContain('7.00 / 7.00 / 7.00  MB    –');
  });
});
