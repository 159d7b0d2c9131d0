import { describe, expect, it } from 'vitest';
import type { PlaygroundEvent } from '@contracts/playground';
import { NO_ANSWER, beginFrom, isUnderWay, takeEvent } from './answer-state';

const boundary = (at: number) => ({ at, probabilities: [], chosen: 'verify' as const, isForced: false });
const EVENTS: readonly PlaygroundEvent[] = [
  { type: 'opening' },
  { type: 'ready', memoryBytes: 5, threads: 2, isBesideRun: false },
  { type: 'written', text: 'a', ids: [1, 2], boundaries: [boundary(0)] },
  { type: 'written', text: 'ab', ids: [3], boundaries: [boundary(2)] },
];

describe('an answer', () => {
  it('gathers what comes, in order', () => {
    const state = EVENTS.reduce(takeEvent, NO_ANSWER);
    expect(state).toMatchObject({ phase: 'thinking', text: 'ab', ids: [1, 2, 3] });
    expect(state.boundaries.map(({ at }) => at)).toEqual([0, 2]);
    expect(isUnderWay(state)).toBe(true);
    const end = { reason: 'stop', answer: '7', isRight: true, why: '', tokens: 3, seconds: 1 } as const;
    const finished = takeEvent(state, { type: 'finished', text: 'ab.', ...end });
    expect(finished).toMatchObject({ phase: 'finished', text: 'ab.', ids: [1, 2, 3] });
    expect(isUnderWay(finished)).toBe(false);
  });

  it('goes on from a place with what stood before it', () => {
    const state = beginFrom(EVENTS.reduce(takeEvent, NO_ANSWER), 2);
    expect(state.ids).toEqual([1, 2]);
    // The boundary at that place is asked again.
    expect(state.boundaries.map(({ at }) => at)).toEqual([0]);
    expect(state.ready).toBeNull();
  });
});
