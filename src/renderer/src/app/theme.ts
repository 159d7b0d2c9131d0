import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { api } from '../lib/api';

const KEY = 'workbench-theme';
const DARK = '(prefers-color-scheme: dark)';

function subscribeToSystem(listener: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Puts the last known theme on the page before anything is drawn, so that it does not flash. */
export function applyStoredTheme(): void {
  document.documentElement.dataset['theme'] = resolve(localStorage.getItem(KEY) ?? 'system', matchMedia(DARK).matches);
}

/** Follows the setting and the system. */
export function useTheme(): void {
  const settings = useQuery(api.system.settings.queryOptions({ input: {} }));
  const prefersDark = useSyncExternalStore(subscribeToSystem, () => matchMedia(DARK).matches);
  const theme = settings.data?.theme;
  useEffect(() => {
    if (theme !== undefined) localStorage.setItem(KEY, theme);
    document.documentElement.dataset['theme'] = resolve(theme ?? localStorage.getItem(KEY) ?? 'system', prefersDark);
  }, [theme, prefersDark]);
}

function resolve(theme: string, prefersDark: boolean): 'light' | 'dark' {
  if (theme === 'light' || theme === 'dark') return theme;
  return prefersDark ? 'dark' : 'light';
}
