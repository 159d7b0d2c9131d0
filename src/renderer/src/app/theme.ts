import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { api } from '../lib/api';
import { PREFERS_DARK, resolveTheme, storedTheme, storeTheme } from './stored-theme';

function subscribeToSystem(listener: () => void): () => void {
  const query = matchMedia(PREFERS_DARK);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Follows the setting and the system. */
export function useTheme(): void {
  const settings = useQuery(api.system.settings.queryOptions({ input: {} }));
  const prefersDark = useSyncExternalStore(subscribeToSystem, () => matchMedia(PREFERS_DARK).matches);
  const theme = settings.data?.theme;
  useEffect(() => {
    if (theme !== undefined) storeTheme(theme);
    document.documentElement.dataset['theme'] = resolveTheme(theme ?? storedTheme(), prefersDark);
  }, [theme, prefersDark]);
}
