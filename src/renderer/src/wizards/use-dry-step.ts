import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { DryPhase } from '@contracts/dry-step';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import { api, client } from '../lib/api';

/** A dry step as a window follows it. */
export interface DryStepState {
  /** What goes on now; null while none is made. */
  readonly phase: DryPhase | null;
  readonly startedAtMs: number;
  /** Why the last one failed. */
  readonly error: unknown;
  measure(spec: JobSpec): void;
  stop(): void;
}

const IDLE = { phase: null, startedAtMs: 0, error: null } as const;

/** Makes a dry step on this machine; leaving the page ends it. What it measured is the host's, and every estimate is asked for anew. */
export function useDryStep(projectId: ProjectId): DryStepState {
  const queries = useQueryClient();
  const [state, setState] = useState<Pick<DryStepState, 'phase' | 'startedAtMs' | 'error'>>(IDLE);
  const endRef = useRef<AbortController | null>(null);

  const stop = useCallback(() => {
    endRef.current?.abort();
    endRef.current = null;
    setState(IDLE);
  }, []);
  const measure = useCallback(
    (spec: JobSpec) => {
      endRef.current?.abort();
      const end = new AbortController();
      endRef.current = end;
      const startedAtMs = Date.now();
      setState({ phase: 'opening', startedAtMs, error: null });
      const listen = async (): Promise<void> => {
        const events = await client.runs.dryStep({ projectId, spec }, { signal: end.signal });
        for await (const event of events)
          if (event.type === 'phase' && !end.signal.aborted) setState({ phase: event.phase, startedAtMs, error: null });
        if (end.signal.aborted) return;
        await queries.invalidateQueries({ queryKey: api.runs.estimate.key() });
        if (!end.signal.aborted) setState(IDLE);
      };
      listen().catch((error: unknown) => {
        if (!end.signal.aborted) setState({ ...IDLE, error });
      });
    },
    [projectId, queries],
  );
  useEffect(() => () => endRef.current?.abort(), []);
  return { ...state, measure, stop };
}
