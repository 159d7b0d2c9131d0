import { useCallback, useEffect, useRef, useState } from 'react';
import type { PromptTrial } from '@contracts/prompts';
import { client } from '../../lib/api';
import { NO_TRIAL, takeTrialEvent, type TrialState } from './trial-state';

export interface Trial {
  readonly state: TrialState;
  start(trial: PromptTrial): void;
  stop(): void;
  clear(): void;
}

/** One try at a time; leaving the page stops it. */
export function useTrial(): Trial {
  const [state, setState] = useState(NO_TRIAL);
  const endRef = useRef<AbortController | null>(null);
  const start = useCallback((trial: PromptTrial) => {
    endRef.current?.abort();
    const end = new AbortController();
    endRef.current = end;
    setState({ ...NO_TRIAL, phase: 'opening', action: trial.action });
    const listen = async (): Promise<void> => {
      const events = await client.prompts.tryOut(trial, { signal: end.signal });
      for await (const event of events) if (!end.signal.aborted) setState((now) => takeTrialEvent(now, event));
    };
    listen().catch((error: unknown) => {
      if (!end.signal.aborted) setState((now) => ({ ...now, phase: 'failed', error }));
    });
  }, []);
  const stop = useCallback(() => {
    endRef.current?.abort();
    setState((now) => (now.phase === 'opening' || now.phase === 'writing' ? { ...now, phase: 'stopped' } : now));
  }, []);
  const clear = useCallback(() => {
    endRef.current?.abort();
    setState(NO_TRIAL);
  }, []);
  useEffect(() => () => endRef.current?.abort(), []);
  return { state, start, stop, clear };
}
