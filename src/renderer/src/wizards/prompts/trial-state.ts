import type { PromptTrial, TrialEvent } from '@contracts/prompts';

/** A prompt being tried, as it comes. */
export interface TrialState {
  readonly phase: 'idle' | 'opening' | 'writing' | 'finished' | 'stopped' | 'failed';
  readonly action: PromptTrial['action'] | null;
  readonly text: string;
  readonly asked: Extract<TrialEvent, { type: 'asked' }> | null;
  readonly end: Extract<TrialEvent, { type: 'finished' }> | null;
  readonly error: unknown;
}

export const NO_TRIAL: TrialState = { phase: 'idle', action: null, text: '', asked: null, end: null, error: null };

const TAKE: {
  readonly [T in TrialEvent['type']]: (state: TrialState, event: Extract<TrialEvent, { type: T }>) => TrialState;
} = {
  opening: (state) => ({ ...state, phase: 'opening' }),
  asked: (state, asked) => ({ ...state, asked }),
  written: (state, { text }) => ({ ...state, phase: 'writing', text }),
  finished: (state, end) => ({ ...state, phase: 'finished', text: end.text, end }),
};

/** The trial after one more event. */
export function takeTrialEvent(state: TrialState, event: TrialEvent): TrialState {
  // The row of the table belongs to the type that it is looked up by.
  return (TAKE[event.type] as (state: TrialState, event: TrialEvent) => TrialState)(state, event);
}
