import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { z } from 'zod';
import { api, client } from './api';
import { reportConflict } from './draft-conflicts';

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
 * (an older version wrote it) is dropped for `initial`. What another window saved meanwhile is never overwritten: the person is asked.
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
      queries.setQueryData(options.queryKey, (known) => ({ value: next, version: known?.version ?? null }));
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

/** Drafts of which this window has something that the host does not have yet. */
const unsaved = new Map<string, Promise<void>>();
const waiting = new Set<string>();

/** Another window saved a draft: ours follows, unless we are in the middle of changing it; then saving finds out. */
export function followDraft(queries: QueryClient, key: string, version: number | null): void {
  const query = api.system.loadDraft.queryKey({ input: { key } });
  const known = queries.getQueryData<{ version: number | null }>(query);
  if (known === undefined || known.version === version || unsaved.has(key) || waiting.has(key)) return;
  void queries.invalidateQueries({ queryKey: query });
}

/** Saves in order, each over what the one before made of it. */
function saveDraft(queries: QueryClient, key: string, value: unknown): void {
  const query = api.system.loadDraft.queryKey({ input: { key } });
  const mine = (unsaved.get(key) ?? Promise.resolve()).then(async () => {
    try {
      const basedOn = queries.getQueryData(query)?.version ?? null;
      const answer = await client.system.saveDraft({ key, value, basedOn });
      if (answer.saved)
        queries.setQueryData(query, (known) => ({ value: known?.value ?? null, version: answer.version }));
      else
        reportConflict({
          key,
          takeTheirs: () => queries.setQueryData(query, { value: answer.value, version: answer.version }),
          keepMine: () => {
            queries.setQueryData(query, { value, version: answer.version });
            saveDraft(queries, key, value);
          },
        });
    } catch {
      // A draft that cannot be saved is still in the window; the next change tries again.
    } finally {
      if (unsaved.get(key) === mine) unsaved.delete(key);
    }
  });
  unsaved.set(key, mine);
}

/** Saves a while after the last change, and at once when the page goes away. */
function useDebouncedSave(key: string): (value: unknown) => void {
  const queries = useQueryClient();
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; value: unknown } | null>(null);
  const flush = useCallback(() => {
    if (pending.current === null) return;
    clearTimeout(pending.current.timer);
    const { value } = pending.current;
    pending.current = null;
    waiting.delete(key);
    saveDraft(queries, key, value);
  }, [queries, key]);
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
      waiting.add(key);
      pending.current = { value, timer: setTimeout(flush, SAVE_AFTER_MS) };
    },
    [flush, key],
  );
}
