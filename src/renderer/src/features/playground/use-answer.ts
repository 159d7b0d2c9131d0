import { useCallback, useEffect, useRef, useState } from 'react';
import type { CheckpointId } from '@contracts/ids';
import type { PlaygroundQuestion, PlaygroundSession, TokenName } from '@contracts/playground';
import { client } from '../../lib/api';
import { NO_ANSWER, beginFrom, isUnderWay, takeEvent, type AnswerState } from './answer-state';

export interface AskInput {
  readonly checkpointId: CheckpointId;
  readonly precision: PlaygroundSession['precision'];
  readonly question: Omit<PlaygroundQuestion, 'begunIds' | 'forced'>;
}

export interface Answer {
  readonly state: AnswerState;
  ask(input: AskInput): void;
  /** Goes on from a place in the present answer with another token, whatever the model would. */
  force(input: AskInput, at: number, token: TokenName): void;
  stop(): void;
  clear(): void;
}

/** One model's answer, as a stream that a new question or a stop ends. What comes between two frames is shown together. */
export function useAnswer(): Answer {
  const [state, setState] = useState(NO_ANSWER);
  const stateRef = useRef(state);
  const endedRef = useRef<AbortController | null>(null);
  const pendingRef = useRef(0);

  const show = useCallback((next: AnswerState) => {
    stateRef.current = next;
    if (pendingRef.current !== 0) return;
    pendingRef.current = requestAnimationFrame(() => {
      pendingRef.current = 0;
      setState(stateRef.current);
    });
  }, []);

  const start = useCallback(
    (input: AskInput, from: AnswerState, forced: TokenName | null) => {
      endedRef.current?.abort();
      const ended = new AbortController();
      endedRef.current = ended;
      show(from);
      const listen = async (): Promise<void> => {
        const { checkpointId, precision } = input;
        const question = { ...input.question, begunIds: [...from.ids], forced };
        const events = await client.playground.ask({ checkpointId, precision, question }, { signal: ended.signal });
        for await (const event of events) if (!ended.signal.aborted) show(takeEvent(stateRef.current, event));
      };
      listen().catch((error: unknown) => {
        if (!ended.signal.aborted) show({ ...stateRef.current, phase: 'failed', error });
      });
    },
    [show],
  );

  useEffect(
    () => () => {
      endedRef.current?.abort();
      cancelAnimationFrame(pendingRef.current);
      pendingRef.current = 0;
    },
    [],
  );

  return {
    state,
    ask: useCallback((input) => start(input, { ...NO_ANSWER, phase: 'opening' }, null), [start]),
    force: useCallback((input, at, token) => start(input, beginFrom(stateRef.current, at), token), [start]),
    stop: useCallback(() => {
      endedRef.current?.abort();
      if (isUnderWay(stateRef.current)) show({ ...stateRef.current, phase: 'stopped' });
    }, [show]),
    clear: useCallback(() => {
      endedRef.current?.abort();
      show(NO_ANSWER);
    }, [show]),
  };
}
