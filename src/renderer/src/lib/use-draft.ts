import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { z } from 'zod';
import { api, client } from './api';

const SAVE_AFTER_MS = 400;

export interface Draft<T> {
  readonly value: T;
  /** False until the kept draft is there; drawing a form before would lose it. */
  readonly isReady: boolean;
  readonly update: (change: (value: T) => T) => void;
  /** Back to the beginning. */
  readonly clear: () => void;
}

/**
 * Small state of the window that outlives reloads and restarts: kept by the host under `key`. A draft that no longer fits `schema`
 * (an older version wrote it) is dropped for `initial`.
 */
export function useDraft<T>(key: string, schema: z.ZodType<T>, initial: T): Draft<T> {
  const queries = useQueryClient();
  const options = useMemo(() => api.system.loadDraft.queryOptions({ input: { key } }), [key]);
  const loaded = useQuery(options);
  const save = useDebouncedSave(key);
  const parsed = useMemo(() => schema.safeParse(loaded.data?.value), [schema, loaded.data]);
  const value = parsed.success ? parsed.data : initial;
  const write = useCallback(
    (next: T | null) => {
      queries.setQueryData(options.queryKey, { value: next });
      save(next);
    },
    [queries, options, save],
  );
  const update = useCallback(
    (change: (value: T) => T) => {
      const now = schema.safeParse(queries.getQueryData(options.queryKey)?.value);
      write(change(now.success ? now.data : initial));
    },
    [queries, options, schema, initial, write],
  );
  const clear = useCallback(() => write(null), [write]);
  return { value, isReady: !loaded.isPending, update, clear };
}

/** Saves a while after the last change, and at once when the page goes away. */
function useDebouncedSave(key: string): (value: unknown) => void {
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; value: unknown } | null>(null);
  const flush = useCallback(() => {
    if (pending.current === null) return;
    clearTimeout(pending.current.timer);
    const { value } = pending.current;
    pending.current = null;
    // A draft that cannot be saved is still in the window; the next change tries again.
    client.system.saveDraft({ key, value }).catch(() => undefined);
  }, [key]);
  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);
  return useCallback(
    (value: unknown) => {
      if (pending.current) clearTimeout(pending.current.timer);
      pending.current = { value, timer: setTimeout(flush, SAVE_AFTER_MS) };
    },
    [flush],
  );
}
