import type { AnswerEvent, Boundary, PlaygroundEvent } from '@contracts/playground';
import type { Simulation, TreeNode } from '@contracts/trees';

/** One answer as it comes. */
export interface AnswerState {
  readonly phase: 'idle' | 'opening' | 'thinking' | 'finished' | 'stopped' | 'failed';
  readonly text: string;
  /** Ids of the response, its beginning included. */
  readonly ids: readonly number[];
  /** In order of place. */
  readonly boundaries: readonly Boundary[];
  readonly nodes: readonly TreeNode[];
  readonly simulations: readonly Simulation[];
  readonly ready: Extract<PlaygroundEvent, { type: 'ready' }> | null;
  readonly end: Extract<AnswerEvent, { type: 'finished' }> | null;
  readonly error: unknown;
}

export const NO_ANSWER: AnswerState = {
  phase: 'idle',
  text: '',
  ids: [],
  boundaries: [],
  nodes: [],
  simulations: [],
  ready: null,
  end: null,
  error: null,
};

/** An answer that begins with the first `at` ids of another one, whose boundaries before that place stay. */
export function beginFrom(before: AnswerState, at: number): AnswerState {
  return {
    ...NO_ANSWER,
    phase: 'opening',
    ids: before.ids.slice(0, at),
    boundaries: before.boundaries.filter((boundary) => boundary.at < at),
    text: at === 0 ? '' : before.text,
  };
}

const TAKE: {
  readonly [T in PlaygroundEvent['type']]: (
    state: AnswerState,
    event: Extract<PlaygroundEvent, { type: T }>,
  ) => AnswerState;
} = {
  opening: (state) => ({ ...state, phase: 'opening' }),
  ready: (state, ready) => ({ ...state, phase: 'thinking', ready }),
  written: (state, { text, ids, boundaries }) => ({
    ...state,
    text,
    ids: [...state.ids, ...ids],
    boundaries: [...state.boundaries, ...boundaries],
  }),
  grown: (state, { nodes, simulations }) => ({
    ...state,
    nodes: [...state.nodes, ...nodes],
    simulations: [...state.simulations, ...simulations],
  }),
  finished: (state, end) => ({ ...state, phase: 'finished', text: end.text, end }),
};

/** The answer after one more event. */
export function takeEvent(state: AnswerState, event: PlaygroundEvent): AnswerState {
  // The row of the table belongs to the type that it is looked up by.
  return (TAKE[event.type] as (state: AnswerState, event: PlaygroundEvent) => AnswerState)(state, event);
}

/** Whether somebody still works on it. */
export function isUnderWay({ phase }: AnswerState): boolean {
  return phase === 'opening' || phase === 'thinking';
}
